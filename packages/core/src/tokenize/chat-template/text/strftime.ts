const months = 'January February March April May June July August September October November December'.split(
  ' ',
)
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** A number with its width and fill character, or a text. */
type Written = string | { readonly value: number; readonly width: number; readonly fill: '0' | ' ' }

/** Directives that abbreviate others. */
const combined: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

/**
 * Formats a local date like C's `strftime` in the C locale, which is what Python provides to chat templates: with glibc's flags,
 * and without a time zone. Unknown directives are kept.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(
    /%([-_0^#]*)(\d{0,2})[EO]?([a-zA-Z%])/g,
    (text, flags: string, width: string, directive) => {
      const others = combined[directive]
      const written = others === undefined ? write(date, directive) : strftime(date, others)
      if (written === undefined) return text
      return inCase(filled(written, flags, Number(width)), directive, flags)
    },
  )
}

function filled(written: Written, flags: string, wanted: number): string {
  const padding = [...flags].findLast((flag) => '-_0'.includes(flag))
  const isNumber = typeof written !== 'string'
  const fill = padding === '0' ? '0' : padding === undefined && isNumber ? written.fill : ' '
  const width = wanted || (isNumber && padding !== '-' ? written.width : 0)
  return (isNumber ? String(written.value) : written).padStart(width, fill)
}

/** `^` means upper case, `#` the opposite case; neither changes `%P`. */
function inCase(text: string, directive: string, flags: string): string {
  if (directive === 'P') return text
  if (flags.includes('#') && directive === 'p') return text.toLowerCase()
  return flags.includes('^') || (flags.includes('#') && 'aAbBh'.includes(directive))
    ? text.toUpperCase()
    : text
}

function write(date: Date, directive: string): Written | undefined {
  const number = (value: number, width = 2, fill: '0' | ' ' = '0') => ({ value, width, fill })
  const [year, month, day, weekday] = [date.getFullYear(), date.getMonth(), date.getDate(), date.getDay()]
  const hour12 = date.getHours() % 12 || 12
  switch (directive) {
    case 'a':
      return days[weekday]!.slice(0, 3)
    case 'A':
      return days[weekday]!
    case 'b':
    case 'h':
      return months[month]!.slice(0, 3)
    case 'B':
      return months[month]!
    case 'C':
      return number(Math.floor(year / 100))
    case 'd':
      return number(day)
    case 'e':
      return number(day, 2, ' ')
    case 'f':
      return number(date.getMilliseconds() * 1000, 6)
    case 'g':
      return number(isoWeek(date).year % 100)
    case 'G':
      return number(isoWeek(date).year, 4)
    case 'H':
      return number(date.getHours())
    case 'I':
      return number(hour12)
    case 'j':
      return number(dayOfYear(date) + 1, 3)
    case 'k':
      return number(date.getHours(), 2, ' ')
    case 'l':
      return number(hour12, 2, ' ')
    case 'm':
      return number(month + 1)
    case 'M':
      return number(date.getMinutes())
    case 'n':
      return '\n'
    case 'p':
      return date.getHours() < 12 ? 'AM' : 'PM'
    case 'P':
      return date.getHours() < 12 ? 'am' : 'pm'
    case 's':
      return number(Math.floor(date.getTime() / 1000), 1)
    case 'S':
      return number(date.getSeconds())
    case 't':
      return '\t'
    case 'u':
      return number(weekday || 7, 1)
    case 'U':
      return number(Math.floor((dayOfYear(date) + 7 - weekday) / 7))
    case 'V':
      return number(isoWeek(date).week)
    case 'w':
      return number(weekday, 1)
    case 'W':
      return number(Math.floor((dayOfYear(date) + 7 - ((weekday + 6) % 7)) / 7))
    case 'y':
      return number(year % 100)
    case 'Y':
      return number(year, 1)
    case 'z':
    case 'Z':
      return ''
    case '%':
      return '%'
  }
  return undefined
}

/** Days since January 1, counting calendar days whatever their length in hours. */
function dayOfYear(date: Date): number {
  const year = date.getFullYear()
  return Math.round((Date.UTC(year, date.getMonth(), date.getDate()) - Date.UTC(year, 0, 1)) / 86_400_000)
}

/** The ISO 8601 week, and the year it belongs to: that of its Thursday. */
function isoWeek(date: Date): { readonly week: number; readonly year: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7))
  return { week: Math.floor(dayOfYear(thursday) / 7) + 1, year: thursday.getFullYear() }
}
