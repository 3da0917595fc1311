//! Accounts: sign-in, what a person may do, and where they are signed in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    blob, integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::portable::{index, reference, table, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        account(m).await?;
        login_code(m).await?;
        role_grant(m).await?;
        web_session(m).await?;
        sign_in_pause(m).await?;
        Ok(())
    }
}

async fn account(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "account",
        [
            uuid("person_id"),
            text("login"),
            text_null("password_hash"),
            timestamp_with_time_zone_null("password_changed_at"),
            text("state"),
            timestamp_with_time_zone("created_at"),
        ],
        [reference("account", "person_id", "person")],
    )
    .await?;
    unique(m, "account", &["login"]).await?;
    unique(m, "account", &["person_id"]).await?;
    Ok(())
}

async fn login_code(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "login_code",
        [
            uuid("account_id"),
            text("code_hash"),
            uuid_null("issued_by"),
            timestamp_with_time_zone("issued_at"),
            timestamp_with_time_zone("expires_at"),
            timestamp_with_time_zone_null("used_at"),
        ],
        [reference("login_code", "account_id", "account")],
    )
    .await?;
    index(m, "login_code", &["account_id", "issued_at"]).await?;
    Ok(())
}

async fn role_grant(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "role_grant",
        [
            uuid("person_id"),
            text("role"),
            uuid_null("unit_id"),
            uuid_null("granted_by"),
            timestamp_with_time_zone("granted_at"),
            timestamp_with_time_zone_null("revoked_at"),
            uuid_null("revoked_by"),
        ],
        [reference("role_grant", "person_id", "person"), reference("role_grant", "unit_id", "org_unit")],
    )
    .await?;
    index(m, "role_grant", &["person_id", "role"]).await?;
    Ok(())
}

async fn web_session(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "web_session",
        [
            uuid("account_id"),
            blob("token_hash"),
            timestamp_with_time_zone("created_at"),
            timestamp_with_time_zone("seen_at"),
            timestamp_with_time_zone("absolute_until"),
            timestamp_with_time_zone_null("ended_at"),
            text("user_agent"),
            text("address"),
        ],
        [reference("web_session", "account_id", "account")],
    )
    .await?;
    unique(m, "web_session", &["token_hash"]).await?;
    index(m, "web_session", &["account_id", "created_at"]).await?;
    Ok(())
}

async fn sign_in_pause(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    table(
        m,
        "sign_in_pause",
        [
            text("pause_key"),
            integer("failures"),
            timestamp_with_time_zone("last_at"),
            timestamp_with_time_zone_null("until"),
        ],
        [],
    )
    .await?;
    unique(m, "sign_in_pause", &["pause_key"]).await?;
    Ok(())
}
