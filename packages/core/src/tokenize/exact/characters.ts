/**
 * Character classes of the tokenizers library, as sources of regular expressions with the flag `u`. Its punctuation and marks are
 * those of Unicode 8, so later ones are excluded here. For most others it uses Unicode 16, which differs from JavaScript only in
 * recently added characters.
 */

/** White space: unlike JavaScript's \s, includes U+0085 and excludes U+FEFF. */
export const whiteSpace = '\\p{White_Space}'

/** For use in a class: letters, marks, digits and connectors, as \w in the library's own expressions. */
export const wordCharacters = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'

/** Numbers of every kind: digits, numerals, fractions. */
export const numeric = '\\p{N}'

const laterPunctuation =
  '\\u061d\\u09fd-\\u0a76\\u0c77-\\u0c84\\u1b4e-\\u1b4f\\u1b7d-\\u1b7f\\u2e43-\\u2e5d\\u{10d6e}-\\u{10f89}\\u{113d4}-\\u{1145d}\\u{11660}-\\u{116b9}\\u{1183b}-\\u{11fff}\\u{12ff1}-\\u{12ff2}\\u{16d6d}-\\u{16fe2}\\u{1e5ff}-\\u{1e95f}'

/** Unicode's punctuation, and all other ASCII symbols. */
export const punctuation = `(?![${laterPunctuation}])[\\p{P}!-/:-@\\[-\`{-~\\u166d\\u{111c9}]`

const laterMarks =
  '\\u07fd\\u0897-\\u08d3\\u09fe\\u0afa-\\u0aff\\u0b55\\u0c04-\\u0c3c\\u0cf3-\\u0d00\\u0d3b-\\u0d3c\\u0d81\\u0eba\\u0ece\\u1715\\u180f\\u1abf-\\u1aeb\\u1cf7\\u1df6-\\u1dfa\\ua82c\\ua8ff\\u{10d24}-\\u{10f85}\\u{11070}-\\u{11074}\\u{110c2}\\u{11145}-\\u{11146}\\u{111c9}\\u{111ce}-\\u{111cf}\\u{11241}\\u{1133b}\\u{113b8}-\\u{113e2}\\u{1145e}\\u{1182c}-\\u{11b67}\\u{11d31}-\\u{11f5a}\\u{13440}-\\u{13455}\\u{1611e}-\\u{1612f}\\u{16f4f}\\u{16f7f}-\\u{16f87}\\u{16fe4}-\\u{16ff1}\\u{1cf00}-\\u{1cf46}\\u{1e08f}-\\u{1e6f5}'

/** Combining marks. */
export const marks = `(?![${laterMarks}])[\\p{M}\\u1cf2-\\u1cf3]`

const laterNonspacingMarks =
  '\\u07fd\\u0897-\\u08e1\\u09fe\\u0afa-\\u0aff\\u0b55\\u0c04-\\u0c3c\\u0d00\\u0d3b-\\u0d3c\\u0d81\\u0eba\\u0ece\\u180f-\\u1886\\u1abf-\\u1aeb\\u1df6-\\u1dfb\\ua82c\\ua8c5\\ua8ff\\ua9bd\\u{10d24}-\\u{10f85}\\u{11070}-\\u{11074}\\u{110c2}\\u{111c9}\\u{111cf}\\u{1123e}-\\u{11241}\\u{1133b}\\u{113bb}-\\u{1145e}\\u{1182f}-\\u{11f5a}\\u{13440}-\\u{13455}\\u{1611e}-\\u{1612f}\\u{16f4f}\\u{16fe4}\\u{1cf00}-\\u{1cf46}\\u{1e000}-\\u{1e6f5}\\u{1e944}-\\u{1e94a}'

/** Nonspacing combining marks. */
export const nonspacingMarks = `(?![${laterNonspacingMarks}])[\\p{Mn}\\u1734\\u{1171e}]`
