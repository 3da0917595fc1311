//! Signing in and out, passwords, one-time codes, own sessions.

use domain::access::{Act, Actor, allow};
use domain::form::FormState;
use domain::id::{PersonId, WebSessionId};
use domain::refusal::{Fault, Refusal};
use domain::sign_in::{Failures, address_pause, after_failure, pair_pause};
use domain::text::Login;
use domain::time::{Moment, minutes};
use store::Patience;
use store::account::Account;
pub use store::session::WebSession;
use store::session::Which;

use crate::{Services, access, audit, chance};

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct From {
    /// The address.
    pub address: String,
    /// The browser, as it calls itself.
    pub user_agent: String,
}

/// Why a sign-in was not taken.
#[derive(Debug)]
pub enum NotSignedIn {
    /// The login or the password is wrong; nobody is told which.
    Wrong,
    /// Too many failures: wait until then.
    Wait(Moment),
    /// It broke.
    Fault(Fault),
}

impl std::convert::From<Fault> for NotSignedIn {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Signs in with login and password; the session's token.
///
/// # Errors
/// Why not. An unknown login answers like a wrong password, in the same time.
pub async fn sign_in(s: &Services, login: &str, password: String, from: From) -> Result<String, NotSignedIn> {
    let typed = Login::parse(login).ok();
    check_pause(s, typed.as_ref(), &from).await?;
    let account = match &typed {
        Some(login) => store::account::find_by_login(&s.db, login.as_str()).await?,
        None => None,
    };
    let usable = account.filter(|account| account.is_active);
    let hash = usable.as_ref().and_then(|account| account.password_hash.clone());
    let fits = s.passwords.fits(password.chars().take(128).collect(), hash).await?;
    match usable {
        Some(account) if fits => Ok(begin(s, &account, &from, "session.begun").await?),
        _ => {
            note_failure(s, typed.as_ref(), &from).await?;
            Err(NotSignedIn::Wrong)
        }
    }
}

fn pair_key(login: Option<&Login>, from: &From) -> String {
    format!("pair {} {}", login.map_or("?", Login::as_str), from.address)
}

fn address_key(from: &From) -> String {
    format!("address {}", from.address)
}

async fn check_pause(s: &Services, login: Option<&Login>, from: &From) -> Result<(), NotSignedIn> {
    let now = s.now();
    for key in [pair_key(login, from), address_key(from)] {
        if let Some((_, Some(until))) = store::account::pause(&s.db, &key).await?
            && now < until
        {
            return Err(NotSignedIn::Wait(until));
        }
    }
    Ok(())
}

async fn note_failure(s: &Services, login: Option<&Login>, from: &From) -> Result<(), Fault> {
    type Rule = fn(&Failures) -> Option<Moment>;
    let now = s.now();
    let keys: [(String, Rule); 2] = [(pair_key(login, from), pair_pause), (address_key(from), address_pause)];
    tracing::info!(address = %from.address, "A sign-in failed");
    s.db.record(Patience::Long, move |tx| async move {
        for (key, pause) in keys {
            let known = store::account::pause(&tx, &key).await?.map(|(failures, _)| failures);
            let failures = after_failure(known, now);
            store::account::set_pause(&tx, chance::uuid(now), key, failures, pause(&failures)).await?;
        }
        Ok(())
    })
    .await
}

async fn begin(s: &Services, account: &Account, from: &From, action: &'static str) -> Result<String, Fault> {
    let token = domain::draw::hex(&chance::bytes::<32>());
    let now = s.now();
    let session = WebSession {
        id: chance::id(now),
        account: account.id,
        token_hash: access::token_hash(&token),
        created_at: now,
        seen_at: now,
        absolute_until: now + minutes(s.settings().session_absolute_hours * 60),
        user_agent: from.user_agent.chars().take(300).collect(),
        address: from.address.clone(),
    };
    let pair = pair_key(Login::parse(&account.login).ok().as_ref(), from);
    let (services, account) = (s.clone(), account.clone());
    s.db.record(Patience::Long, move |tx| async move {
        store::account::clear_pause(&tx, &pair).await?;
        let what = serde_json::json!({ "account": account.login, "address": session.address });
        store::session::begin(&tx, session).await?;
        let person = account.person;
        audit::record_by(&services, &tx, Some(person), action, ("person", Some(person.raw())), what);
        Ok(())
    })
    .await
    .map(|()| token)
}

/// Ends the session of an actor.
///
/// # Errors
/// A fault of the database.
pub async fn sign_out(s: &Services, actor: &Actor) -> Result<(), Refusal> {
    end_sessions(s, actor, Which::One(actor.session)).await
}

/// Own live sessions.
///
/// # Errors
/// A fault of the database.
pub async fn sessions(s: &Services, actor: &Actor) -> Result<Vec<WebSession>, Refusal> {
    Ok(store::session::of_account(&s.db, actor.account, s.now()).await?)
}

/// Ends one own session, or all others.
///
/// # Errors
/// A fault of the database.
pub async fn end_own(s: &Services, actor: &Actor, which: Option<WebSessionId>) -> Result<(), Refusal> {
    end_sessions(s, actor, which.map_or(Which::AllBut(actor.session), Which::One)).await
}

async fn end_sessions(s: &Services, actor: &Actor, which: Which) -> Result<(), Refusal> {
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let ended = store::session::end(&tx, actor.account, which, now).await?;
        let what = serde_json::json!({ "ended": ended });
        audit::record(
            &services,
            &tx,
            Some(&actor),
            "session.ended",
            ("person", Some(actor.person.raw())),
            what,
        );
        Ok(())
    })
    .await
}

/// Changes the own password and ends all other sessions.
///
/// # Errors
/// A refusal with the fields that are wrong.
pub async fn change_password(s: &Services, actor: &Actor, mut form: FormState) -> Result<(), Refusal> {
    let account = store::account::find(&s.db, actor.account).await?.ok_or(Refusal::NotFound)?;
    let old = form.value("password").to_owned();
    if !s.passwords.fits(old, account.password_hash.clone()).await? {
        form.problem("password", "password_wrong");
    }
    let new = new_password(&mut form, &account.login);
    let Some(new) = new.filter(|_| form.is_clean()) else { return Err(Refusal::Form(without_secrets(form))) };
    let hash = s.passwords.hash(new).await?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        store::account::set_password(&tx, actor.account, hash, now).await?;
        store::session::end(&tx, actor.account, Which::AllBut(actor.session), now).await?;
        let subject = ("person", Some(actor.person.raw()));
        audit::record(&services, &tx, Some(&actor), "password.changed", subject, serde_json::json!({}));
        Ok(())
    })
    .await
}

fn new_password(form: &mut FormState, login: &str) -> Option<String> {
    let new = form.value("new_password").to_owned();
    let login = Login::parse(login).ok()?;
    if let Err(code) = domain::password::check(&new, &login) {
        form.problem("new_password", code);
        return None;
    }
    if form.value("new_password_again") != new {
        form.problem("new_password_again", "password_differs");
        return None;
    }
    Some(new)
}

fn without_secrets(mut form: FormState) -> FormState {
    for field in ["password", "new_password", "new_password_again"] {
        form.forget(field);
    }
    form
}

/// First sign-in or forgotten password: a one-time code is exchanged for a new password and a session.
///
/// # Errors
/// A refusal with the fields that are wrong. A wrong code and an unknown login look the same.
pub async fn sign_in_with_code(s: &Services, mut form: FormState, from: From) -> Result<String, Refusal> {
    let login = Login::parse(form.value("login")).ok();
    if let Err(NotSignedIn::Wait(_)) = check_pause(s, login.as_ref(), &from).await {
        form.problem("code", "wait");
        return Err(Refusal::Form(without_secrets(form)));
    }
    let account = match &login {
        Some(login) => store::account::find_by_login(&s.db, login.as_str()).await?,
        None => None,
    };
    let usable = account.filter(|account| account.is_active);
    let code = match &usable {
        Some(account) => store::account::live_code(&s.db, account.id, s.now()).await?,
        None => None,
    };
    let typed = chance::plain_code(form.value("code"));
    let fits = s.passwords.fits(typed, code.map(|(_, hash)| hash)).await?;
    let (Some(account), true) = (usable, fits) else {
        note_failure(s, login.as_ref(), &from).await?;
        form.problem("code", "code_wrong");
        return Err(Refusal::Form(without_secrets(form)));
    };
    let Some(new) = new_password(&mut form, &account.login) else {
        return Err(Refusal::Form(without_secrets(form)));
    };
    let hash = s.passwords.hash(new).await?;
    let (id, now) = (account.id, s.now());
    s.db.write(move |tx| async move {
        if !store::account::use_codes(&tx, id, now).await? {
            return Err(Refusal::Conflict("code_used"));
        }
        store::account::set_password(&tx, id, hash, now).await?;
        store::session::end(&tx, id, Which::All, now).await?;
        Ok(())
    })
    .await?;
    Ok(begin(s, &account, &from, "password.set_by_code").await?)
}

/// A one-time code as it is shown once.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The login that it is for.
    pub login: String,
    /// The code.
    pub code: String,
    /// Until when it can be used.
    pub until: Moment,
}

/// Issues a one-time code to a person; earlier ones end. A closed account gets none: the code would not open it.
///
/// # Errors
/// A refusal: out of reach, or the person has no account, or it is closed.
pub async fn issue_code(s: &Services, actor: &Actor, person: PersonId) -> Result<Issued, Refusal> {
    let subject = store::people::subject_of(&s.db, person).await?;
    allow(actor, Act::IssueCode, &subject)?;
    let account = store::account::find_by_person(&s.db, person).await?.ok_or(Refusal::NotFound)?;
    if !account.is_active {
        return Err(Refusal::Conflict("account_closed"));
    }
    let code = chance::code();
    let hash = s.passwords.hash(chance::plain_code(&code)).await?;
    let now = s.now();
    let until = now + minutes(s.settings().code_valid_hours * 60);
    let login = account.login.clone();
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        store::account::use_codes(&tx, account.id, now).await?;
        let id = chance::uuid(now);
        store::account::insert_code(&tx, id, account.id, hash, Some(actor.person), now, until).await?;
        let subject = ("person", Some(person.raw()));
        audit::record(&services, &tx, Some(&actor), "code.issued", subject, serde_json::json!({}));
        Ok::<_, Refusal>(())
    })
    .await?;
    Ok(Issued { login, code, until })
}
