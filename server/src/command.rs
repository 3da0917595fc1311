//! The command line.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use service::clock::SystemClock;

use crate::config::Config;
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
    Serve,
    /// Bring the database's schema up to date, and stop.
    Migrate,
    /// Load the shipped standard, programme, items, organisation and tests.
    Seed(Seed),
    /// Accounts.
    #[command(subcommand)]
    Account(Account),
    /// Check the audit chain; the exit status says whether it is whole.
    Verify,
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
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(&config).await,
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
                .map_err(|refusal| anyhow::anyhow!("the account was not made: {refusal:?}"))?;
            say(&format!(
                "Account {login} is made. Password, to be changed after the first sign-in: {password}"
            ));
            Ok(())
        }
        Command::Verify => verify(&config).await,
    }
}

async fn run_seed(config: &Config, seed: &Seed) -> Result<()> {
    if (seed.demo || seed.people > 0) && !config.is_loopback() && !seed.demo_on_public {
        bail!(
            "PUBLIC_URL is {}: demo people have a known password. Add --demo-on-public if that is meant",
            config.public_url
        );
    }
    let services = serve::services(config, Arc::new(SystemClock)).await?;
    let content = &config.content_dir;
    service::seed::seed(&services, content)
        .await
        .with_context(|| format!("CONTENT_DIR: {}", content.display()))?;
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

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn say(line: &str) {
    println!("{line}");
}
