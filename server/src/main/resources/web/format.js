// How values are written for people.

const formats = new Map();

function number(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat('en', options));
  return formats.get(key);
}

const isNumber = (value) => typeof value === 'number' || (typeof value === 'string' && value !== '' && !isNaN(value));

/** A plain number: whole numbers with separators, others with at most four significant decimals. */
export function plain(value) {
  const n = Number(value);
  if (Number.isInteger(n)) return number({maximumFractionDigits: 0}).format(n);
  const digits = Math.abs(n) >= 1000 ? 0 : Math.abs(n) >= 10 ? 2 : 4;
  return number({maximumFractionDigits: digits}).format(n);
}

export const compact = (value) =>
  Math.abs(value) < 1000 ? plain(Math.round(value * 10) / 10) : number({notation: 'compact', maximumFractionDigits: 1}).format(value);

/** Events a second. */
export const rate = (value) => `${compact(value >= 10 ? Math.round(value) : value)}/s`;

export function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let n = Number(value);
  let unit = 0;
  for (; Math.abs(n) >= 1024 && unit < units.length - 1; unit++) n /= 1024;
  return `${number({maximumFractionDigits: unit === 0 || n >= 100 ? 0 : 1}).format(n)} ${units[unit]}`;
}

/** A duration in milliseconds, with two units at most. */
export function millis(value) {
  const ms = Math.max(0, Number(value));
  if (ms < 1000) return `${number({maximumFractionDigits: ms < 10 ? 1 : 0}).format(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${number({maximumFractionDigits: 1}).format(seconds)} s`;
  const whole = Math.floor(seconds);
  const steps = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const at = steps.findIndex(([size]) => whole >= size);
  const [size, name] = steps[at];
  const rest = Math.floor((whole % size) / steps[at + 1][0]);
  return `${Math.floor(whole / size)} ${name}${rest ? ` ${rest} ${steps[at + 1][1]}` : ''}`;
}

/** A value in a dashboard's format: number, percent, bytes, duration (seconds) or a currency. */
export function formatted(value, format, short = false) {
  if (value === null || value === undefined) return '–';
  if (!isNumber(value)) return String(value);
  const n = Number(value);
  switch (format) {
    case 'percent':
      return number({style: 'percent', minimumFractionDigits: short ? 0 : 2, maximumFractionDigits: 2}).format(n);
    case 'bytes':
      return bytes(n);
    case 'duration':
      return millis(n * 1000);
    case 'number':
    case undefined:
    case '':
      return short ? compact(n) : plain(n);
    default:
      if (!/^[A-Z]{3}$/.test(format)) return plain(n);
      return number({
        style: 'currency', currency: format, notation: short && Math.abs(n) >= 10000 ? 'compact' : 'standard',
        maximumFractionDigits: short && Math.abs(n) >= 100 ? 0 : Math.abs(n) < 1 && n !== 0 ? 4 : 2,
      }).format(n);
  }
}

const pad = (n) => String(n).padStart(2, '0');

/** Time of day, local, with seconds. */
export function clock(instant) {
  const d = new Date(instant);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

/** An instant: the day only where it is not today. */
export function instant(text) {
  const d = new Date(text);
  if (isNaN(d)) return String(text);
  const day = d.toDateString() === new Date().toDateString() ? '' : `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} `;
  return day + clock(d);
}

export const isInstantType = (type) => /^TIMESTAMP/.test(type);
export const isNumericType = (type) => /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U|FLOAT|DOUBLE|DECIMAL)/.test(type) && type !== 'UUID';

/** How a numeric column is written: with as many decimals in every row, so that points stand below each other. */
export function columnFormat(values) {
  const numbers = values.filter((v) => v !== null && isNumber(v)).map(Number);
  const fraction = numbers.some((n) => !Number.isInteger(n));
  const large = Math.max(0, ...numbers.map(Math.abs));
  const digits = !fraction ? 0 : large >= 1000 ? 1 : large >= 1 ? 2 : 4;
  return (value) => (isNumber(value) ? number({minimumFractionDigits: digits, maximumFractionDigits: digits}).format(Number(value)) : String(value));
}

/** A table's cell by its column's type. */
export function cell(value, type) {
  if (value === null || value === undefined) return '';
  if (isInstantType(type)) return instant(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
