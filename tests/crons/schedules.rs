//! Crons run at their times.

use lunora::prelude::*;

use super::*;

#[tokio::test]
async fn an_interval_and_an_hour_run_at_their_times() {
    let app = app_with(|| {
        Crons::new()
            .interval("minutes", 25 * MINUTE, tick("minutes"))
            .hourly("hours", 10, tick("hours"))
    })
    .await;
    assert!(minutes(&app, "minutes").await.is_empty(), "not at once");
    app.advance(2 * HOUR).await.unwrap();
    assert_eq!(minutes(&app, "minutes").await, [25, 50, 75, 100]);
    assert_eq!(minutes(&app, "hours").await, [10, 70]);
}

#[tokio::test]
async fn the_others_run_at_the_times_of_their_zone() {
    let app = app_with(|| {
        Crons::new()
            .daily("daily", 0, 30, tick("daily"))
            .timezone("Europe/Berlin")
            .weekly("weekly", Weekday::Wednesday, 9, 0, tick("weekly"))
            .monthly("monthly", 31, 0, 0, tick("monthly"))
            .cron("cron", cron!("15 10 3 1 *"), tick("cron"))
            .timezone("America/New_York")
    })
    .await;
    app.advance(24 * 31 * HOUR).await.unwrap();
    // 2030 begins on a Tuesday.
    let daily = minutes(&app, "daily").await;
    assert_eq!((daily.len(), daily[0]), (31, 23 * 60 + 30));
    let weekly = minutes(&app, "weekly").await;
    assert_eq!(weekly, [1, 8, 15, 22, 29].map(|day| (day * 24 + 9) * 60));
    assert_eq!(minutes(&app, "monthly").await, [30 * 24 * 60]);
    assert_eq!(minutes(&app, "cron").await, [(2 * 24 + 15) * 60 + 15]);
}

#[tokio::test]
async fn a_year_of_nights_has_a_run_each_over_both_changes_of_the_clocks() {
    let app = app_with(|| {
        Crons::new()
            .daily("nights", 2, 30, tick("nights"))
            .timezone("Europe/Berlin")
    })
    .await;
    app.advance(365 * 24 * HOUR).await.unwrap();
    let nights = minutes(&app, "nights").await;
    assert_eq!(nights.len(), 365);
    let of_day = |day: usize| nights[day] - day as u64 * 24 * 60;
    // Half past two does not come on 31 March, and comes twice on 27 October.
    assert_eq!([of_day(88), of_day(89), of_day(90)], [90, 60, 30]);
    assert_eq!([of_day(298), of_day(299), of_day(300)], [30, 30, 90]);
}

#[tokio::test]
async fn an_application_without_crons_has_none() {
    let app = app_with(Crons::new).await;
    assert!(app.crons().await.unwrap().is_empty());
}
