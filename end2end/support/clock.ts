// The server's clock. It only goes forward; a jump gives the worker its turn.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Moves the server's clock on; the moment it then shows. Sessions end after 8 hours without use. */
export async function advance(ms: number): Promise<Date> {
  const answer = await fetch(`${process.env.CONTROL_URL}/advance?ms=${ms}`, { method: "POST" });
  if (!answer.ok) throw new Error(`The clock answered ${answer.status}`);
  return new Date(await answer.text());
}

/** What the server's clock shows. */
export function serverNow(): Promise<Date> {
  return advance(0);
}

/** The server's day some months from its today, as pages write it: «22 ноября 2026», all in one piece. */
export function dayInWords(day: Date): string {
  const parts = new Intl.DateTimeFormat("ru-RU", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "Europe/Moscow",
  }).formatToParts(day);
  return parts
    .filter((part) => ["day", "month", "year"].includes(part.type))
    .map((part) => part.value)
    .join("\u00a0");
}
