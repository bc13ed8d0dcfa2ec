/** GPT-2's split of text into words, numbers, punctuation and white space, as in the `tokenizers` library. */
export const gpt2Split = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const rest = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]'
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'
const lead = '[^\\r\\n\\p{L}\\p{N}]?'

export const llama3Split = `${contractions}|${lead}\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${rest}`
export const qwen2Split = `${contractions}|${lead}\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${rest}`
export const qwen35Split = `${contractions}|${lead}[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${rest}`
export const tekkenSplit = `${lead}${upper}*${lower}+|${lead}${upper}+${lower}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${rest}`
export const gpt4oSplit = `${lead}${upper}*${lower}+${contractions}?|${lead}${upper}+${lower}*${contractions}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${rest}`

const cjk = '[一-龥぀-ゟ゠-ヿ]+'
const marks = '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+'
const deepseekWords = `${marks}|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+`

const sources = [
  ...[gpt2Split, llama3Split, qwen2Split, qwen35Split, tekkenSplit, gpt4oSplit],
  // GPT-4's, in its form with possessive quantifiers.
  "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  // DeepSeek V3's, used in sequence.
  '\\p{N}{1,3}',
  cjk,
  deepseekWords,
  // Phi-3's and Gemma's runs of spaces, Falcon's groups of digits, BLOOM's words.
  ' {2,}',
  '[0-9][0-9][0-9]',
  ' ?[^(\\s|[.,!?…。，、।۔،])]+',
]

/** Known patterns that JavaScript's engine matches in linear time, in its syntax. */
export const wellKnownPatterns: ReadonlyMap<string, RegExp> = new Map(
  sources.map((source) => [source, new RegExp(javascript(source), 'gu')]),
)

/**
 * Converts a pattern from Oniguruma's syntax to JavaScript's. Only handles the differences that occur in these patterns: white
 * space, where JavaScript includes U+FEFF and excludes U+0085; case-insensitive letters, where the long s (U+017F) is an s; a
 * nested class; and possessive `?+` and `++`, which here precede something they could not have matched.
 */
function javascript(source: string): string {
  return source
    .replace('[^(\\s|[.,!?…。，、।۔،])]', '[^(\\s|.,!?…。，、।۔،)]')
    .replaceAll('\\s', '\\p{White_Space}')
    .replaceAll('\\S', '\\P{White_Space}')
    .replace(/\(\?i:([^)]*)\)/g, (_, letters: string) => `(?:${eitherCase(letters)})`)
    .replace(/([?+])\+/g, '$1')
}

function eitherCase(letters: string): string {
  return letters.replace(/\[([a-z]+)\]|([a-z])/g, (_, several: string | undefined, one: string) => {
    const small = several ?? one
    return `[${small}${small.toUpperCase()}${small.includes('s') ? 'ſ' : ''}]`
  })
}
