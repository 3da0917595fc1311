//! The signed receipt of a finished attempt: issued once, shown to whom it belongs, checked by anybody.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Actor;
use domain::form::FormState;
use domain::id::{AttemptId, SigningKeyId};
use domain::receipt::{Receipt, Signed};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use store::Tx;
use store::attempt::Attempt;
use store::receipt::Kept;
use store::signing_key::Purpose;

use crate::{Services, attempt, catalogue, chance};

/// Issues the receipt of an attempt, in the write that closes it. `held` is the attempt with its last event.
///
/// # Errors
/// A fault of the database; also when the attempt has a receipt already.
pub(crate) async fn issue(
    s: &Services,
    tx: &Tx,
    held: &Attempt,
    finished_at: Moment,
    cause: &str,
    questions: u32,
    answered: u32,
) -> Result<(), Fault> {
    let now = s.now();
    let signer = s.keys.ready(Purpose::Receipt)?;
    let gone = || Fault::new("issuing a receipt", "the test is gone");
    let version = catalogue::test_version(s, tx, held.version).await?.ok_or_else(gone)?;
    let test = catalogue::test(s, tx, version.test).await?.ok_or_else(gone)?;
    let receipt = Receipt {
        attempt: held.id,
        test: test.title,
        version: version.number,
        name: held.as_was.name.clone(),
        started_at: held.started_at,
        finished_at,
        cause: cause.to_owned(),
        questions,
        answered,
        events: held.last_ord,
        journal: held.journal_hash,
        issued_at: now,
    };
    let body = receipt.text();
    let signature = signer.sign(&body).to_vec();
    let kept = Kept { attempt: held.id, body, signature, key: signer.id(), issued_at: now };
    store::receipt::add(tx, chance::uuid(now), kept);
    Ok(())
}

/// A receipt as it is shown, with all that somebody needs who checks it by other means.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it says.
    pub receipt: Receipt,
    /// The whole text with key and signature: what is pasted to be checked.
    pub text: String,
    /// The signature, base64url.
    pub signature: String,
    /// Which key signed it.
    pub key: SigningKeyId,
    /// The public half of that key, base64url.
    pub public: String,
}

/// The receipt of an own attempt; none while it is open.
///
/// # Errors
/// A refusal when the attempt is not the actor's.
pub async fn of(s: &Services, actor: &Actor, id: AttemptId) -> Result<Option<Shown>, Refusal> {
    attempt::own(&s.db, actor, id).await?;
    let Some(kept) = store::receipt::of(&s.db, id).await? else { return Ok(None) };
    let broken = |why: &'static str| Fault::new("reading a receipt", why);
    let signer = s.keys.find(&s.db, Purpose::Receipt, kept.key).await?;
    let signer = signer.ok_or_else(|| broken("its key is gone"))?;
    let receipt = Receipt::parse(&kept.body).ok_or_else(|| broken("its text is none"))?;
    let signature = URL_SAFE_NO_PAD.encode(&kept.signature);
    let signed = Signed { receipt: receipt.clone(), key: kept.key, signature: signature.clone() };
    Ok(Some(Shown {
        receipt,
        text: signed.text(),
        signature,
        key: kept.key,
        public: URL_SAFE_NO_PAD.encode(signer.public()),
    }))
}

/// What checking a text came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// We issued it, and every letter is as it was.
    Genuine(Box<Receipt>),
    /// It names a key of ours, and is not what that key signed.
    Altered,
    /// It is signed with a key that is not ours.
    NotOurs,
    /// It is no receipt, or not a whole one.
    Unreadable,
}

/// The longest text that is looked at, in bytes: several times a receipt.
pub const LONGEST: usize = 8 * 1024;

/// Checks a text that anybody pasted: only its signature, so nothing is told that it doesn't say itself.
///
/// # Errors
/// A refusal with the form when the text is missing or too long.
pub async fn check(s: &Services, mut form: FormState) -> Result<Checked, Refusal> {
    let text = form.value("text").to_owned();
    if text.trim().is_empty() {
        form.problem("text", "missing");
    }
    if text.len() > LONGEST {
        form.problem("text", "too_long");
    }
    if !form.is_clean() {
        return Err(Refusal::Form(form));
    }
    let Some(signed) = Signed::parse(&text) else { return Ok(Checked::Unreadable) };
    let Some(signer) = s.keys.find(&s.db, Purpose::Receipt, signed.key).await? else {
        return Ok(Checked::NotOurs);
    };
    let signature = URL_SAFE_NO_PAD.decode(&signed.signature).unwrap_or_default();
    if signer.has_signed(&signed.receipt.text(), &signature) {
        Ok(Checked::Genuine(Box::new(signed.receipt)))
    } else {
        Ok(Checked::Altered)
    }
}
