/** Dates (RFC 5322 §3.3, and §4.3 for the forms that are obsolete but must be read). */
import type { JsonObject } from '../../../judge/json.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Hours east of Greenwich (§4.3). */
const obsoleteZones: Readonly<Record<string, number>> = {
  UT: 0,
  GMT: 0,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

const form =
  /^(?:([A-Za-z]{3}), ?)?(\d{1,2}) ([A-Za-z]{3}) (\d{2,5}) (\d{2}):(\d{2})(?::(\d{2}))? ([+-]\d{4}|[A-Za-z]{1,5})$/;

const minuteMs = 60_000;

/** { valid, ms?, obsolete?, fault? }: milliseconds since 1970, what is obsolete in it, or what is wrong. */
export function readDate(value: string): JsonObject {
  const wrong = (fault: string): JsonObject => ({ valid: false, fault });
  // A comment may stand at the end: "(AEDT)".
  const text = value
    .slice(0, 200)
    .replace(/ *\([^()]*\)[ \t]*$/, '')
    .replace(/[ \t]+/g, ' ');
  const found = form.exec(text);
  if (found === null || value.length > 200) return wrong('not of the form "Thu, 09 Mar 2017 17:53:52 +1100"');
  const [
    ,
    weekday,
    dayText = '',
    monthText = '',
    yearText = '',
    hours = '',
    minutes = '',
    seconds = '0',
    zone = '',
  ] = found;
  const month = indexIn(months, monthText);
  if (month === -1) return wrong(`"${monthText}" is no month`);
  const year = fullYear(yearText);
  const day = Number(dayText);
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month, day);
  if (day === 0 || midnight.getUTCDate() !== day) return wrong(`${monthText} ${year} has no day ${day}`);
  if (weekday !== undefined && indexIn(days, weekday) === -1)
    return wrong(`"${weekday}" is no day of the week`);
  const rightDay = days[midnight.getUTCDay()] ?? '';
  if (weekday !== undefined && weekday.toLowerCase() !== rightDay.toLowerCase())
    return wrong(`${dayText} ${monthText} ${year} is a ${rightDay}, not a ${weekday}`);
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60)
    return wrong('there is no such time of day');
  const offset = zoneMinutes(zone);
  if (offset === undefined) return wrong(`"${zone}" is no zone; +0000 is of the right form`);
  const time = (Number(hours) * 60 + Number(minutes)) * minuteMs + Number(seconds) * 1000;
  const obsolete = [
    ...(yearText.length < 4 ? [`year ${yearText}`] : []),
    ...(/^[+-]/.test(zone) ? [] : [`zone ${zone}`]),
  ].join(', ');
  return {
    valid: true,
    ms: midnight.getTime() + time - offset * minuteMs,
    ...(obsolete === '' ? {} : { obsolete }),
  };
}

/** Texts of the grammar are of either case (RFC 5234 §2.3). */
const indexIn = (names: readonly string[], name: string): number =>
  names.findIndex(one => one.toLowerCase() === name.toLowerCase());

/** Two digits up to 49 are of this century, the others and three digits of the last (§4.3). */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length >= 4) return year;
  return text.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}

/** Minutes east of Greenwich. */
function zoneMinutes(zone: string): number | undefined {
  const digits = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (digits !== null) {
    const [, sign, hours, minutes] = digits;
    if (Number(minutes) > 59) return undefined;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  }
  const hours = Object.hasOwn(obsoleteZones, zone.toUpperCase())
    ? obsoleteZones[zone.toUpperCase()]
    : undefined;
  if (hours !== undefined) return hours * 60;
  // Military letters mean nothing reliable (§4.3); J was never one.
  return /^[A-IK-Z]$/i.test(zone) ? 0 : undefined;
}
