//! The command line.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use domain::id::AttemptId;
use domain::refusal::Refusal;
use service::clock::SystemClock;
use service::verify::Verified;

use crate::complaint;
use crate::config::Config;
use crate::rehearse::{self, Rehearse};
use crate::serve;

/// Training and certification for «Мои документы»: «Администратор. Искренний сервис».
///
/// Configured by environment: `DATABASE_URL`, `LEPTOS_SITE_ADDR`, `LEPTOS_SITE_ROOT`, `PUBLIC_URL`,
/// `SECRET_KEY_FILE`, `TRUSTED_PROXIES`, `CONTENT_DIR`, `RUST_LOG`. README.md has the table.
#[derive(Parser, Debug)]
#[command(name = "server", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve pages (the default).
    Serve(Serve),
    /// Bring the database's schema up to date, and stop.
    Migrate,
    /// Load the shipped standard, programme, items, organisation and tests.
    Seed(Seed),
    /// Accounts.
    #[command(subcommand)]
    Account(Account),
    /// Check the audit chain, or one attempt; the exit status says whether all holds.
    Verify(Verify),
    /// Let made-up candidates sit the certification test, on a database of their own; docs/rehearsal.md.
    ///
    /// The exit status says whether the targets were held.
    Rehearse(Box<Rehearse>),
}

#[derive(Args, Clone, Copy, Debug, Default)]
struct Serve {
    /// Serve a database that is only for rehearsals. One that holds people and is not is refused.
    #[arg(long)]
    rehearsal: bool,
}

#[derive(Args, Debug)]
struct Seed {
    /// Also add demo people with the password `sincere-demo`. Only on a loopback `PUBLIC_URL`.
    #[arg(long)]
    demo: bool,
    /// Add demo people although `PUBLIC_URL` is not a loopback address.
    #[arg(long)]
    demo_on_public: bool,
    /// Add so many employees e00001… with the same password, admitted to the certification test.
    #[arg(long, default_value_t = 0)]
    people: u32,
}

#[derive(Args, Clone, Copy, Debug)]
struct Verify {
    /// Work out an attempt again from its frozen records (draw, journal, verdicts, score, receipt), and name the
    /// first difference. The audit chain is left alone.
    #[arg(long, value_name = "ID")]
    attempt: Option<AttemptId>,
}

#[derive(Subcommand, Debug)]
enum Account {
    /// Make an account of a system administrator. Prints a password for the first sign-in.
    Create {
        /// The name to sign in with.
        #[arg(long)]
        login: String,
        /// Фамилия.
        #[arg(long)]
        surname: String,
        /// Имя.
        #[arg(long)]
        given: String,
        /// Отчество.
        #[arg(long)]
        patronymic: Option<String>,
    },
}

/// Runs the command line.
///
/// # Errors
/// What went wrong, for the person at the terminal.
pub async fn run(cli: Cli) -> Result<()> {
    let config = Config::from_env()?;
    match cli.command.unwrap_or(Command::Serve(Serve::default())) {
        Command::Serve(how) => serve::serve(&config, how.rehearsal).await,
        Command::Migrate => {
            serve::services(&config, Arc::new(SystemClock)).await?;
            say("The database is up to date.");
            Ok(())
        }
        Command::Seed(seed) => run_seed(&config, &seed).await,
        Command::Account(Account::Create { login, surname, given, patronymic }) => {
            let services = serve::services(&config, Arc::new(SystemClock)).await?;
            let name = domain::people::FullName { surname, given, patronymic };
            let password = format!("{}-{}", service::chance::code(), service::chance::code());
            service::account::create_first(&services, &login, password.clone(), name)
                .await
                .map_err(complaint::about_account)?;
            say(&format!(
                "Account {login} is made. Password, to be changed after the first sign-in: {password}"
            ));
            Ok(())
        }
        Command::Verify(Verify { attempt: Some(id) }) => verify_attempt(&config, id).await,
        Command::Verify(Verify { attempt: None }) => verify(&config).await,
        Command::Rehearse(how) => rehearse::run(&config, &how).await,
    }
}

async fn run_seed(config: &Config, seed: &Seed) -> Result<()> {
    if (seed.demo || seed.people > 0) && !config.is_loopback() && !seed.demo_on_public {
        bail!(
            "PUBLIC_URL is {}: demo people have a known password, so nothing was loaded. \
             Add --demo-on-public if that is meant",
            config.public_url
        );
    }
    let services = serve::services(config, Arc::new(SystemClock)).await?;
    let content = &config.content_dir;
    service::seed::seed(&services, content).await.with_context(|| {
        let named = content.display();
        format!("CONTENT_DIR: {named} cannot be loaded; name the shipped content, and seed again to go on")
    })?;
    say("The standard, the programme, the items, the organisation and the tests are loaded.");
    if seed.demo {
        let people = service::seed::demo(&services, content).await?;
        say("Demo sign-ins, password sincere-demo:");
        for person in people {
            say(&format!("  {:<14} {}", person.login, person.name));
        }
    }
    if seed.people > 0 {
        service::seed::people(&services, content, seed.people).await?;
        say(&format!("Employees e00001 to e{:05} are there, password sincere-demo.", seed.people));
    }
    Ok(())
}

async fn verify(config: &Config) -> Result<()> {
    let services = serve::services(config, Arc::new(SystemClock)).await?;
    service::audit::seal(&services).await?;
    match service::audit::verify(&services).await? {
        service::audit::Verified::Whole(links) => {
            say(&format!("The audit chain is whole: {links} links."));
            Ok(())
        }
        service::audit::Verified::Broken(at) => bail!("the audit chain is broken at link {at}"),
    }
}

async fn verify_attempt(config: &Config, id: AttemptId) -> Result<()> {
    let services = serve::services(config, Arc::new(SystemClock)).await?;
    let holds = match service::verify::attempt(&services, id).await {
        Ok(Verified::Holds(holds)) => holds,
        Ok(Verified::Differs(difference)) => bail!("attempt {id} does not hold: {difference}"),
        Err(Refusal::NotFound) => bail!("there is no attempt {id}"),
        Err(refusal) => return Err(refusal).context("checking an attempt"),
    };
    say(&format!("The form follows from its draw: {} questions.", holds.questions));
    say(&format!("The journal is whole, and every verdict is right: {} events.", holds.events));
    match holds.finished {
        Some((points, max, key)) => {
            say(&format!("The score follows from the journal: {points} of {max}."));
            say(&format!("The receipt is genuine, signed with key {key}."));
        }
        None => say("The attempt is not finished: it has no score and no receipt yet."),
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
