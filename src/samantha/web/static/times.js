// Dates and times for people. What was said at seven where the person was, was said at seven.

const locale = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const longDay = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });

// The wall clock of the place it was said in: the offset is cut off, not converted.
const wall = (iso) => new Date(iso.slice(0, 19));

export const dayOf = (iso) => iso.slice(0, 10);

export const timeText = (iso) => clock.format(wall(iso));

export function dayText(iso, now = new Date()) {
  const day = wall(`${dayOf(iso)}T00:00:00`);
  const ago = Math.round((new Date(now.getFullYear(), now.getMonth(), now.getDate()) - day) / 86_400_000);
  const text = longDay.format(day);
  if (ago === 0) return `Today, ${text}`;
  return ago === 1 ? `Yesterday, ${text}` : text;
}
