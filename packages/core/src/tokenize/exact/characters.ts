/**
 * Kinds of characters as the tokenizers library has them. What it knows of characters that came with later versions
 * of Unicode than its own (8 for punctuation and marks, 16 for most else) may differ from what JavaScript knows.
 */

/** White space: U+0085 too, and not U+FEFF, unlike JavaScript's \s. */
export const whiteSpace = '\\p{White_Space}'

/** Letters, marks, digits and connectors, as \w is in the library's own expressions. */
export const wordCharacters = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'

/** Punctuation of Unicode, and what else is no letter or digit in ASCII. */
export const punctuation = '[\\p{P}!-/:-@\\[-`{-~]'

/** Numbers of every kind: digits, numerals, fractions. */
export const numeric = '\\p{N}'
