import { Avatar } from "./Avatar";
import type { Author, MessageDoc } from "./lunora/api";
import { isOptimistic } from "./optimistic";

/** Messages that follow each other within this time stand together. */
const TOGETHER = 5 * 60_000;

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** One message; `before` is the one above it. */
export function Message({ message, before, name }: { message: MessageDoc; before?: MessageDoc; name: string }) {
  const author = nameOf(message.author);
  const mine = message.author.kind === "person" && author === name;
  const newDay = !before || day.format(before._creationTime) !== day.format(message._creationTime);
  const first =
    newDay ||
    before.author.kind !== message.author.kind ||
    nameOf(before.author) !== author ||
    message._creationTime - before._creationTime > TOGETHER;
  const sort = mine ? "mine" : message.author.kind === "bot" ? "bot" : "theirs";
  return (
    <>
      <article className={`message ${sort}${first ? " first" : ""}`} data-pending={isOptimistic(message._id) || undefined}>
        {!mine && <div className="face">{first && <Avatar name={author} />}</div>}
        <div className="said">
          {first && !mine && <div className="author">{author}</div>}
          <div className="bubble">
            <span className="body">{message.body}</span>
            <time dateTime={new Date(message._creationTime).toISOString()}>
              {isOptimistic(message._id) ? "sending" : time.format(message._creationTime)}
            </time>
          </div>
        </div>
      </article>
      {newDay && <div className="day">{day.format(message._creationTime)}</div>}
    </>
  );
}

function nameOf(author: Author): string {
  return author.kind === "bot" ? "Bot" : author.name;
}
