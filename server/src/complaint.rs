//! What went wrong, in words for the person at the terminal.

use domain::refusal::Refusal;

/// An error and its causes in one line. Many errors repeat what caused them; nothing is said twice.
#[must_use]
pub fn in_words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(|cause| cause.to_string().replace('\n', " ")) {
        if words.contains(&cause) {
            continue;
        }
        if !words.is_empty() {
            words.push_str(": ");
        }
        words.push_str(&cause);
    }
    words
}

/// Why an account was not made, by the names of the options.
#[must_use]
pub fn about_account(refusal: Refusal) -> anyhow::Error {
    let Refusal::Form(form) = &refusal else {
        return anyhow::Error::new(refusal).context("the account was not made");
    };
    let problems: Vec<String> = form
        .problems()
        .map(|(option, code)| match code {
            "login_taken" => format!("--login {} is taken", form.value(option)),
            "missing" => format!("--{option} is empty"),
            "too_short" => format!("--{option} is too short"),
            "too_long" => format!("--{option} is too long"),
            "malformed" => format!("--{option} holds a character that may not be there"),
            code => format!("--{option}: {code}"),
        })
        .collect();
    anyhow::anyhow!(
        "the account was not made: {}. Nothing was changed; give another value, and run it again",
        problems.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use anyhow::Context;
    use domain::form::FormState;
    use domain::refusal::Fault;

    use super::*;

    #[test]
    fn a_cause_that_was_said_is_not_said_again() {
        let fault: Result<(), Fault> = Err(Fault::new("opening the database", "no such\nfile"));
        let error = fault.context("DATABASE_URL").unwrap_err();
        assert_eq!(in_words(&error), "DATABASE_URL: opening the database: no such file");
    }

    #[test]
    fn an_account_is_refused_by_the_names_of_the_options() {
        let mut form = FormState::default().with("login", "admin");
        form.problem("login", "login_taken");
        form.problem("surname", "missing");
        let words = in_words(&about_account(Refusal::Form(form)));
        assert!(words.contains("--login admin is taken, --surname is empty. Nothing was changed"), "{words}");
        let words = in_words(&about_account(Refusal::Denied));
        assert_eq!(words, "the account was not made: denied");
    }
}
