//! Messages.

use lunora::prelude::*;

use crate::{
    rooms,
    schema::{Author, Message, Room},
    text, typing,
};

/// The messages of a room, newest first.
#[query]
pub async fn list(
    ctx: &QueryCtx,
    room: Id<Room>,
    pagination_opts: PaginationOptions,
) -> Result<Page<Doc<Message>>> {
    ctx.db()
        .query::<Message>()
        .with_index(Message::by_room().eq(room))
        .order(Order::Desc)
        .paginate(pagination_opts)
        .await
}

/// Says something in a room. Who does is no longer typing.
#[mutation]
pub async fn send(ctx: &mut MutationCtx, room: Id<Room>, name: String, body: String) -> Result<Id<Message>> {
    let (name, body) = (text::name(&name)?, text::body(&body)?);
    rooms::check(ctx, room).await?;
    typing::end(ctx, room, &name).await?;
    let author = Author::Person { name };
    ctx.db().insert(Message { room, author, body }).await
}
