//! What the chat promises, on the real engine.

use std::{collections::BTreeMap, time::Duration};

use chat::{
    api, presence, rooms,
    schema::{Author, Room},
    text::{MAX_BODY, MAX_NAME, Refusal},
    typing,
};
use lunora::{
    Object,
    prelude::*,
    testing::{TestApp, TestClient},
};

async fn chat() -> Result<(TestApp, Id<Room>)> {
    let app = TestApp::builder(chat::app()).seed(7).build()?;
    let room = app.client().mutation(api::rooms::open("lobby".into())).await?;
    Ok((app, room))
}

fn refusal<T>(outcome: Result<T>) -> Option<Refusal> {
    outcome.err()?.app()
}

async fn send(client: &TestClient, room: Id<Room>, name: &str, body: &str) -> Result<()> {
    client
        .mutation(api::messages::send(room, name.into(), body.into()))
        .await?;
    Ok(())
}

/// What was said, newest first.
async fn bodies(client: &TestClient, room: Id<Room>) -> Result<Vec<String>> {
    let page = client
        .query(api::messages::list(room, PaginationOptions::first(100)))
        .await?;
    Ok(page
        .page
        .into_iter()
        .map(|message| message.into_fields().body)
        .collect())
}

#[tokio::test]
async fn a_room_is_opened_once() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    assert_eq!(client.mutation(api::rooms::open(" lobby ".into())).await?, room);
    client.mutation(api::rooms::open("annex".into())).await?;
    let rooms = client.query(api::rooms::list()).await?;
    let names: Vec<_> = rooms.iter().map(|room| room.name.as_str()).collect();
    assert_eq!(names, ["annex", "lobby"]);
    Ok(())
}

#[tokio::test]
async fn there_is_an_end_to_rooms() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    for number in 1..rooms::MAX_ROOMS {
        client
            .mutation(api::rooms::open(format!("room-{number}")))
            .await?;
    }
    let more = client.mutation(api::rooms::open("one-more".into())).await;
    assert_eq!(refusal(more), Some(Refusal::TooManyRooms));
    let again = client.mutation(api::rooms::open("lobby".into())).await?;
    assert_eq!(again, room, "those that are there can still be opened");
    Ok(())
}

#[tokio::test]
async fn messages_come_newest_first_and_page_by_page() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    let other = client.mutation(api::rooms::open("other".into())).await?;
    for number in 0..5 {
        send(&client, room, "Ada", &format!("message {number}")).await?;
    }
    send(&client, other, "Ada", "elsewhere").await?;
    let first = client
        .query(api::messages::list(room, PaginationOptions::first(3)))
        .await?;
    let said = |page: &Page<Doc<chat::schema::Message>>| -> Vec<_> {
        page.page.iter().map(|message| message.body.clone()).collect()
    };
    assert_eq!(said(&first), ["message 4", "message 3", "message 2"]);
    send(&client, room, "Bob", "meanwhile").await?;
    let next = PaginationOptions::after(first.continue_cursor, 3);
    let second = client.query(api::messages::list(room, next)).await?;
    assert_eq!(
        said(&second),
        ["message 1", "message 0"],
        "nothing twice, nothing missing"
    );
    assert!(second.is_done);
    Ok(())
}

#[tokio::test]
async fn a_message_is_seen_by_whoever_watches() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    let mut watch = client.watch(api::messages::list(room, PaginationOptions::first(10)))?;
    assert!(watch.next().await?.page.is_empty());
    send(&client, room, "Ada", "hello").await?;
    let seen = watch.next().await?;
    let author = Author::Person { name: "Ada".into() };
    assert_eq!(
        (&seen.page[0].author, seen.page[0].body.as_str()),
        (&author, "hello")
    );
    Ok(())
}

#[tokio::test]
async fn what_is_written_is_checked() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    let long = |limit: u32| "ä".repeat(limit as usize + 1);
    for (name, body, refused) in [
        ("", "hello", Refusal::Empty),
        (" \t", "hello", Refusal::Empty),
        ("Ada\nBob", "hello", Refusal::InvalidName),
        (&*long(MAX_NAME), "hello", Refusal::TooLong { limit: MAX_NAME }),
        ("Ada", " \n ", Refusal::Empty),
        ("Ada", &*long(MAX_BODY), Refusal::TooLong { limit: MAX_BODY }),
    ] {
        assert_eq!(
            refusal(send(&client, room, name, body).await),
            Some(refused),
            "{name:?}"
        );
    }
    for name in ["Lobby", "a room", "raum-ö", "a/b"] {
        let opened = client.mutation(api::rooms::open(name.into())).await;
        assert_eq!(refusal(opened), Some(Refusal::InvalidRoomName), "{name}");
    }
    send(
        &client,
        room,
        &"ä".repeat(MAX_NAME as usize),
        &"ä".repeat(MAX_BODY as usize),
    )
    .await?;
    assert_eq!(bodies(&client, room).await?.len(), 1, "as long as allowed");
    Ok(())
}

async fn names_typing(client: &TestClient, room: Id<Room>) -> Result<Vec<String>> {
    let typing = client.query(api::typing::list(room)).await?;
    Ok(typing
        .into_iter()
        .map(|typing| typing.into_fields().name)
        .collect())
}

#[tokio::test]
async fn typing_ends_with_a_message_by_itself_or_with_time() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    for name in ["Ada", "Bob", "Cy"] {
        client.mutation(api::typing::start(room, name.into())).await?;
        app.clock().advance(Duration::from_secs(1));
    }
    assert_eq!(names_typing(&client, room).await?, ["Cy", "Bob", "Ada"]);
    send(&client, room, "Bob", "done").await?;
    client.mutation(api::typing::stop(room, "Cy".into())).await?;
    assert_eq!(names_typing(&client, room).await?, ["Ada"]);
    client.mutation(api::typing::start(room, "Ada".into())).await?;
    let nearly = typing::FRESH.saturating_sub(Duration::from_millis(1));
    app.clock().advance(nearly);
    assert_eq!(
        names_typing(&client, room).await?,
        ["Ada"],
        "she has said so again"
    );
    app.clock().advance(Duration::from_millis(1));
    assert!(names_typing(&client, room).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn who_is_there_is_known_by_heartbeats() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    let here = async || -> Result<Vec<String>> {
        let people = client.query(api::presence::list(room)).await?;
        Ok(people
            .into_iter()
            .map(|person| person.into_fields().name)
            .collect())
    };
    let beat = async |name: &str| client.mutation(api::presence::heartbeat(room, name.into())).await;
    beat("Ada").await?;
    app.clock().advance(presence::FRESH / 2);
    beat("Bob").await?;
    assert_eq!(here().await?, ["Bob", "Ada"]);
    app.clock().advance(presence::FRESH / 2);
    assert_eq!(here().await?, ["Bob"]);
    app.clock().advance(presence::FRESH);
    beat("Cy").await?;
    beat("Di").await?;
    client.mutation(api::presence::leave(room, "Cy".into())).await?;
    assert_eq!(here().await?, ["Di"]);
    Ok(())
}

/// Names cost nothing, so what is kept of them must not pile up.
#[tokio::test]
async fn who_has_gone_leaves_nothing_behind() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    for name in ["Ada", "Bob"] {
        client
            .mutation(api::presence::heartbeat(room, name.into()))
            .await?;
        client.mutation(api::typing::start(room, name.into())).await?;
    }
    app.clock().advance(presence::FRESH * 2);
    client
        .mutation(api::presence::heartbeat(room, "Cy".into()))
        .await?;
    client.mutation(api::typing::start(room, "Cy".into())).await?;
    // Back to when the others were there: had they been kept, they would be seen.
    app.clock().set(app.clock().now() - presence::FRESH * 2);
    let people = client.query(api::presence::list(room)).await?;
    assert_eq!((people.len(), &*people[0].name), (1, "Cy"));
    assert_eq!(names_typing(&client, room).await?, ["Cy"]);
    Ok(())
}

#[tokio::test]
async fn the_bot_answers_in_the_room() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    for (name, body) in [("Ada", "one"), ("Bob", "two"), ("Ada", "three")] {
        send(&client, room, name, body).await?;
    }
    client.action(api::bot::ask(room, "/stats".into())).await?;
    client.action(api::bot::ask(room, "/roll 2d6".into())).await?;
    let page = client
        .query(api::messages::list(room, PaginationOptions::first(2)))
        .await?;
    let [roll, stats] = &page.page[..] else {
        panic!("{page:?}");
    };
    assert_eq!(
        (&stats.author, stats.body.as_str()),
        (&Author::Bot, "Lately: Ada 2, Bob 1.")
    );
    assert_eq!(roll.author, Author::Bot);
    assert_sums_up(&roll.body);
    Ok(())
}

/// `2d6: 3 + 5 = 8`
fn assert_sums_up(text: &str) {
    let (drawn, sum) = text.strip_prefix("2d6: ").unwrap().split_once(" = ").unwrap();
    let drawn: Vec<u64> = drawn.split(" + ").map(|number| number.parse().unwrap()).collect();
    assert!(
        drawn.len() == 2 && drawn.iter().all(|number| (1..=6).contains(number)),
        "{text}"
    );
    assert_eq!(drawn.iter().sum::<u64>().to_string(), sum);
}

#[tokio::test]
async fn the_bot_refuses_what_it_does_not_know() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    for command in [
        "",
        "hello",
        "/rol",
        "/roll x",
        "/roll 0d6",
        "/roll 21d6",
        "/roll 1d1001",
        "/roll 1d6 2",
    ] {
        let asked = client.action(api::bot::ask(room, command.into())).await;
        assert_eq!(refusal(asked), Some(Refusal::UnknownCommand), "{command}");
    }
    assert!(bodies(&client, room).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_message_can_be_taken_away_from_inside_alone() -> Result<()> {
    let (app, room) = chat().await?;
    let client = app.client();
    send(&client, room, "Ada", "hello").await?;
    send(&client, room, "Eve", "something foul").await?;
    let page = client
        .query(api::messages::list(room, PaginationOptions::first(1)))
        .await?;
    let foul = page.page[0].id();
    app.run("moderation:remove", BTreeMap::from([("message", foul)]))
        .await?;
    assert_eq!(bodies(&client, room).await?, ["hello"]);
    for path in ["moderation:remove", "bot:read", "bot:post", "bot:roll"] {
        let refused = client.send(path, None, Object::new()).await.unwrap_err();
        let missing = format!("Could not find public function for '{path}'.");
        assert_eq!(refused.to_string(), missing);
    }
    Ok(())
}
