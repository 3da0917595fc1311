//! Which passwords are taken: 8 to 128 characters, not a common one, not the login. No composition
//! rules, paste is welcome (NIST SP 800-63B; OWASP ASVS v5.0.0-6.2).

use crate::text::{Login, folded};

const COMMON: &str = include_str!("common_passwords.txt");

/// Why a password is not taken.
///
/// # Errors
/// The code of the problem.
pub fn check(password: &str, login: &Login) -> Result<(), &'static str> {
    let length = password.chars().count();
    if length == 0 {
        return Err("missing");
    }
    if length < 8 {
        return Err("password_short");
    }
    if length > 128 {
        return Err("password_long");
    }
    let plain = folded(password);
    if plain == login.as_str() || COMMON.lines().any(|common| common == plain) {
        return Err("password_common");
    }
    let first = plain.chars().next();
    if plain.chars().all(|c| Some(c) == first) {
        return Err("password_common");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_everybodys() {
        let login = Login::parse("employee").unwrap();
        for (password, said) in [
            ("верный тихий рассвет", Ok(())),
            ("sincere-demo", Ok(())),
            ("", Err("missing")),
            ("короткий"[..8].trim(), Err("password_short")),
            ("Password1", Err("password_common")),
            ("йцукенгш", Err("password_common")),
            ("employee", Err("password_common")),
            ("яяяяяяяяяя", Err("password_common")),
        ] {
            assert_eq!(check(password, &login), said, "{password}");
        }
        assert_eq!(check(&"я".repeat(129), &login), Err("password_long"));
    }
}
