/** GPT-2's split of text into words, numbers, punctuation and white space, as the `tokenizers` library has it. */
export const gpt2Split = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const rest = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]'
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'
const lead = '[^\\r\\n\\p{L}\\p{N}]?'

const llama3Split = `${contractions}|${lead}\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${rest}`
const qwen2Split = `${contractions}|${lead}\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${rest}`
const qwen35Split = `${contractions}|${lead}[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${rest}`
const tekkenSplit = `${lead}${upper}*${lower}+|${lead}${upper}+${lower}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${rest}`
const gpt4oSplit = `${lead}${upper}*${lower}+${contractions}?|${lead}${upper}+${lower}*${contractions}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${rest}`

/**
 * The split for each `tokenizer.ggml.pre` of a byte-level GGUF, as transformers 5 reads these files.
 *
 * `smollm` follows transformers too, although the model's own tokenizer.json cuts numbers into digits first: the
 * two differ only where two or more white-space characters stand before a digit.
 */
export const splitPatterns: ReadonlyMap<string, string> = new Map([
  ...['default', 'gpt-2', 'smollm', 'olmo', 'phi-2', 'jais', 'mpt'].map((pre) => [pre, gpt2Split] as const),
  ...[
    ...['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    ...['jina-v5-nano', 'dbrx', 'smaug-bpe'],
  ].map((pre) => [pre, llama3Split] as const),
  ...['qwen2', 'deepseek-r1-qwen', 'kormo', 'f2llmv2', 'megrez'].map((pre) => [pre, qwen2Split] as const),
  ['qwen35', qwen35Split],
  ['tekken', tekkenSplit],
  ...['gpt-4o', 'llama4', 'kanana2', 'talkie', 'minimax-m2'].map((pre) => [pre, gpt4oSplit] as const),
])
