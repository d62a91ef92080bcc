// The date and time of RFC 5322 §3.3, as in `Thu, 09 Mar 2017 17:53:52 +1100`. It reads none.

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The names are English whatever language the system speaks, and the zone is an offset, not a name.
 * `zone`: minutes east of Greenwich; if it is not given, the system's zone on that day.
 */
export function dateTime(date: Date, zone = -date.getTimezoneOffset()): string {
  const local = new Date(date.getTime() + zone * 60_000); // Its UTC fields now show the local time.
  const day = `${DAY_NAMES[local.getUTCDay()]}, ${twoDigits(local.getUTCDate())}`;
  const month = `${MONTH_NAMES[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(twoDigits).join(':');
  const east = Math.abs(zone);
  const offset = `${zone < 0 ? '-' : '+'}${twoDigits(Math.floor(east / 60))}${twoDigits(east % 60)}`;
  return `${day} ${month} ${time} ${offset}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
