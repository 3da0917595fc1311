//! Accounts: made by the administrator or the command line. Roles, and other people's sessions.

use domain::access::{Act, Actor, Role, Subject, allow};
use domain::form::FormState;
use domain::id::{AccountId, GrantId, PersonId, UnitId, WebSessionId};
use domain::page::{MOST, Page};
use domain::people::FullName;
use domain::refusal::Refusal;
use domain::text::{Login, name_part};
use domain::time::Moment;
use store::account::Account;
pub use store::account::Grant;
pub use store::account_list::Listed;
use store::organisation::Unit;
pub use store::session::WebSession;
use store::session::Which;
use store::{Conn, Tx};

use crate::{Services, access, audit, chance};

/// A page of accounts, in the order of their logins; words of a login, a name or a personnel number narrow it.
///
/// # Errors
/// A refusal when the actor does not keep accounts.
pub async fn list(
    s: &Services,
    actor: &Actor,
    search: &str,
    after: Option<&str>,
) -> Result<Page<Listed>, Refusal> {
    allow(actor, Act::KeepAccounts, &Subject::nobody())?;
    Ok(store::account_list::list(&s.db, search, after, MOST).await?)
}

/// People at work who have no account yet, in the order of their names.
///
/// # Errors
/// A refusal when the actor does not keep accounts.
pub async fn without(
    s: &Services,
    actor: &Actor,
    search: &str,
) -> Result<Vec<store::people::Listed>, Refusal> {
    allow(actor, Act::KeepAccounts, &Subject::nobody())?;
    Ok(store::account_list::without(&s.db, search, MOST).await?)
}

/// A person as the administrator sees them.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: FullName,
    /// The login, and whether it may sign in; none without an account.
    pub account: Option<(String, bool)>,
    /// Whether it is the actor themselves.
    pub is_own: bool,
}

/// The account of a person.
///
/// # Errors
/// A refusal when the actor does not keep accounts, or there is no such person.
pub async fn of_person(s: &Services, actor: &Actor, person: PersonId) -> Result<Shown, Refusal> {
    allowed(s, actor, Act::KeepAccounts, person).await?;
    let known = store::people::find(&s.db, person).await?.ok_or(Refusal::NotFound)?;
    let account = store::account::find_by_person(&s.db, person).await?;
    Ok(Shown {
        person,
        name: known.name,
        account: account.map(|account| (account.login, account.is_active)),
        is_own: person == actor.person,
    })
}

async fn allowed(s: &Services, actor: &Actor, act: Act, person: PersonId) -> Result<(), Refusal> {
    let subject = store::people::subject_of(&s.db, person).await?;
    allow(actor, act, &subject).map(|_| ())
}

/// Makes an account for a person; field `login`. The first password comes by a one-time code.
///
/// # Errors
/// A refusal: not allowed, no such person, the login is wrong or taken, or there is an account already.
pub async fn create(
    s: &Services,
    actor: &Actor,
    person: PersonId,
    mut form: FormState,
) -> Result<AccountId, Refusal> {
    allowed(s, actor, Act::KeepAccounts, person).await?;
    store::people::find(&s.db, person).await?.ok_or(Refusal::NotFound)?;
    let Some(login) = form.check("login", Login::parse) else { return Err(Refusal::Form(form)) };
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    let (asked, typed) = (login.clone(), form.clone());
    let done =
        s.db.write(move |tx| async move {
            free(&tx, Some(person), &asked, typed).await?;
            open_in(&services, &tx, Some(&actor), person, &asked, None, now).await
        })
        .await;
    match done {
        // Where writers do not take turns, two may find the login free; the index lets only one through.
        Err(Refusal::Fault(fault)) if store::is_taken(&fault) => {
            free(&s.db, Some(person), &login, form).await?;
            Err(Refusal::Fault(fault))
        }
        done => done,
    }
}

/// Whether an account with this login may be opened for a person.
async fn free(
    conn: &impl Conn,
    person: Option<PersonId>,
    login: &Login,
    mut form: FormState,
) -> Result<(), Refusal> {
    if let Some(person) = person
        && store::account::find_by_person(conn, person).await?.is_some()
    {
        return Err(Refusal::Conflict("account_exists"));
    }
    if store::account::find_by_login(conn, login.as_str()).await?.is_some() {
        form.problem("login", "login_taken");
        return Err(Refusal::Form(form));
    }
    Ok(())
}

/// Opens an account in a transaction that has found the login free.
pub(crate) async fn open_in(
    s: &Services,
    tx: &Tx,
    actor: Option<&Actor>,
    person: PersonId,
    login: &Login,
    password_hash: Option<String>,
    now: Moment,
) -> Result<AccountId, Refusal> {
    let id: AccountId = chance::id(now);
    let account = Account { id, person, login: login.as_str().to_owned(), password_hash, is_active: true };
    store::account::insert_accounts(tx, vec![account], now).await?;
    let what = serde_json::json!({ "account": id, "login": login.as_str() });
    let subject = ("person", Some(person.raw()));
    audit::record(s, tx, actor, "account.created", subject, what);
    Ok(id)
}

/// Lets an account sign in, or not. Disabling it ends its sessions; nobody disables themselves.
///
/// # Errors
/// A refusal: not allowed, the actor's own, or no account.
pub async fn set_active(
    s: &Services,
    actor: &Actor,
    person: PersonId,
    is_active: bool,
) -> Result<(), Refusal> {
    allowed(s, actor, Act::KeepAccounts, person).await?;
    if person == actor.person && !is_active {
        return Err(Refusal::Denied);
    }
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        let account = store::account::find_by_person(&tx, person).await?.ok_or(Refusal::NotFound)?;
        if account.is_active == is_active {
            return Ok(());
        }
        switch_in(&services, &tx, &actor, &account, is_active).await
    })
    .await
}

/// Enables or disables an account in a transaction.
pub(crate) async fn switch_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    account: &Account,
    is_active: bool,
) -> Result<(), Refusal> {
    let now = s.now();
    store::account::set_active(tx, account.id, is_active).await?;
    if !is_active {
        // A code that was handed out before must not open the account once it is enabled again.
        store::account::use_codes(tx, account.id, now).await?;
        store::session::end(tx, account.id, Which::All, now).await?;
    }
    let action = if is_active { "account.enabled" } else { "account.disabled" };
    let what = serde_json::json!({ "account": account.id, "login": account.login });
    audit::record(s, tx, Some(actor), action, ("person", Some(account.person.raw())), what);
    Ok(())
}

/// Live sessions of a person, the last seen first.
///
/// # Errors
/// A refusal: not allowed, or no account.
pub async fn sessions_of(s: &Services, actor: &Actor, person: PersonId) -> Result<Vec<WebSession>, Refusal> {
    allowed(s, actor, Act::KeepAccounts, person).await?;
    let account = store::account::find_by_person(&s.db, person).await?.ok_or(Refusal::NotFound)?;
    Ok(store::session::of_account(&s.db, account.id, s.now()).await?)
}

/// Ends one session of a person, or all of them.
///
/// # Errors
/// A refusal: not allowed, or no account.
pub async fn end_session(
    s: &Services,
    actor: &Actor,
    person: PersonId,
    which: Option<WebSessionId>,
) -> Result<(), Refusal> {
    allowed(s, actor, Act::KeepAccounts, person).await?;
    let account = store::account::find_by_person(&s.db, person).await?.ok_or(Refusal::NotFound)?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let ended = store::session::end(&tx, account.id, which.map_or(Which::All, Which::One), now).await?;
        let what = serde_json::json!({ "account": account.id, "session": which, "ended": ended });
        let subject = ("person", Some(person.raw()));
        audit::record(&services, &tx, Some(&actor), "session.ended", subject, what);
        Ok(())
    })
    .await
}

/// A role that a person holds.
#[derive(Clone, Debug)]
pub struct HeldRole {
    /// The grant.
    pub grant: Grant,
    /// The unit that it covers with all below; none is the whole city.
    pub unit: Option<Unit>,
}

/// The roles of a person, the first given first.
///
/// # Errors
/// A refusal when the actor does not give roles.
pub async fn grants(s: &Services, actor: &Actor, person: PersonId) -> Result<Vec<HeldRole>, Refusal> {
    allowed(s, actor, Act::GrantRoles, person).await?;
    let tree = access::tree(s).await?;
    let grants = store::account::grants_of(&s.db, person).await?;
    Ok(grants
        .into_iter()
        .map(|grant| HeldRole { unit: grant.unit.and_then(|id| tree.find(id)).cloned(), grant })
        .collect())
}

/// Gives a role over a unit and all below it, or over the whole city. Nobody gives roles to themselves.
///
/// # Errors
/// A refusal: not allowed, the actor's own, no such person or unit, a role that everyone has, or held already.
pub async fn grant(
    s: &Services,
    actor: &Actor,
    person: PersonId,
    role: Role,
    unit: Option<UnitId>,
) -> Result<GrantId, Refusal> {
    allowed(s, actor, Act::GrantRoles, person).await?;
    if person == actor.person {
        return Err(Refusal::Denied);
    }
    if role == Role::Employee {
        return Err(Refusal::Conflict("role_of_everyone"));
    }
    store::people::find(&s.db, person).await?.ok_or(Refusal::NotFound)?;
    let tree = access::tree(s).await?;
    if unit.is_some_and(|unit| tree.find(unit).is_none()) {
        return Err(Refusal::NotFound);
    }
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let held = store::account::grants_of(&tx, person).await?;
        if held.iter().any(|known| known.role == role && known.unit == unit) {
            return Err(Refusal::Conflict("granted_already"));
        }
        let given = Grant { id: chance::id(now), role, unit, granted_at: now };
        grant_in(&services, &tx, Some(&actor), person, &given).await
    })
    .await
}

async fn grant_in(
    s: &Services,
    tx: &Tx,
    actor: Option<&Actor>,
    person: PersonId,
    given: &Grant,
) -> Result<GrantId, Refusal> {
    store::account::insert_grant(tx, person, given, actor.map(|actor| actor.person)).await?;
    let what = serde_json::json!({ "grant": given.id, "role": given.role, "unit": given.unit });
    let subject = ("person", Some(person.raw()));
    audit::record(s, tx, actor, "role.granted", subject, what);
    Ok(given.id)
}

/// Takes a role. The own ones are taken by somebody else, so that one administrator always remains.
///
/// # Errors
/// A refusal: not allowed, the actor's own, or taken already.
pub async fn revoke(s: &Services, actor: &Actor, person: PersonId, grant: GrantId) -> Result<(), Refusal> {
    allowed(s, actor, Act::GrantRoles, person).await?;
    if person == actor.person {
        return Err(Refusal::Denied);
    }
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let held = store::account::grants_of(&tx, person).await?;
        let role = held.iter().find(|known| known.id == grant).map(|known| known.role);
        if !store::account::revoke_grant(&tx, grant, person, actor.person, now).await? {
            return Err(Refusal::Conflict("revoked_already"));
        }
        let what = serde_json::json!({ "grant": grant, "role": role });
        let subject = ("person", Some(person.raw()));
        audit::record(&services, &tx, Some(&actor), "role.revoked", subject, what);
        Ok(())
    })
    .await
}

/// Makes an administrator from the command line: a person without an employment, an account, the role.
///
/// # Errors
/// A refusal with the fields that are wrong: `login`, `password`, `surname`, `given`, `patronymic`.
pub async fn create_first(
    s: &Services,
    login: &str,
    password: String,
    name: FullName,
) -> Result<(), Refusal> {
    let mut form = FormState::default()
        .with("login", login)
        .with("surname", name.surname)
        .with("given", name.given)
        .with("patronymic", name.patronymic.unwrap_or_default());
    let login = form.check("login", Login::parse);
    let surname = form.check("surname", name_part);
    let given = form.check("given", name_part);
    let patronymic = form.check_optional("patronymic", name_part);
    if let Some(Err(code)) = login.as_ref().map(|login| domain::password::check(&password, login)) {
        form.problem("password", code);
    }
    let (Some(login), Some(surname), Some(given), true) = (login, surname, given, form.is_clean()) else {
        return Err(Refusal::Form(form));
    };
    let name = FullName { surname, given, patronymic };
    let hash = s.passwords.hash(password).await?;
    let (services, asked, typed) = (s.clone(), login.clone(), form.clone());
    let done =
        s.db.write(move |tx| async move { create_in(&services, &tx, &asked, hash, name, typed).await }).await;
    match done {
        Err(Refusal::Fault(fault)) if store::is_taken(&fault) => {
            free(&s.db, None, &login, form).await?;
            Err(Refusal::Fault(fault))
        }
        done => done,
    }
}

async fn create_in(
    s: &Services,
    tx: &Tx,
    login: &Login,
    hash: String,
    name: FullName,
    form: FormState,
) -> Result<(), Refusal> {
    free(tx, None, login, form).await?;
    let now = s.now();
    let id: PersonId = chance::id(now);
    store::account_list::insert_holder(tx, id, chance::uuid(now), name, s.today(), now).await?;
    open_in(s, tx, None, id, login, Some(hash), now).await?;
    let given = Grant { id: chance::id(now), role: Role::Admin, unit: None, granted_at: now };
    grant_in(s, tx, None, id, &given).await.map(|_| ())
}
