import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const goldens = fileURLToPath(new URL('../goldens/models/', import.meta.url))
const onnx = fileURLToPath(new URL('../goldens/peft/', import.meta.url))

/** One token for each printable ASCII character except `~`, after three special ones: the 97 of the tiny models. */
const characters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(32 + i))
const special = ['<unk>', '<s>', '</s>']

const tokenizer = {
  version: '1.0',
  added_tokens: special.map((content, id) => ({ id, content, special: true })),
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: { type: 'Fuse' },
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    vocab: Object.fromEntries([...special, ...characters].map((token, id) => [token, id])),
    merges: [],
  },
}

const tokenizerConfig = {
  bos_token: '<s>',
  eos_token: '</s>',
  chat_template: `{% for message in messages %}{{ message.role[0] + ':' + message.content + '</s>' }}{% endfor %}{% if add_generation_prompt %}a:{% endif %}`,
}

/** The tokenizer files for the tiny models, by name. */
export const tinyTokenizerFiles: Readonly<Record<string, string>> = {
  'tokenizer.json': JSON.stringify(tokenizer),
  'tokenizer_config.json': JSON.stringify(tokenizerConfig),
}

/** Writes a folder with one of core's tiny random models and its tokenizer, as `save_pretrained` would. */
export async function writeTinyModel(
  folder: string,
  name: 'llama' | 'llama-tied' | 'qwen2' = 'llama',
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const file of ['config.json', 'model.safetensors']) {
    await copyFile(`${goldens}${name}/${file}`, `${folder}/${file}`)
  }
  for (const [file, text] of Object.entries(tinyTokenizerFiles)) await writeFile(`${folder}/${file}`, text)
}

/** Writes a folder like those on the Hub with weights, and ONNX files that Optimum made from them: a tiny random model. */
export async function writeTinyOnnxModel(folder: string): Promise<void> {
  await mkdir(`${folder}/onnx`, { recursive: true })
  await copyFile(`${onnx}model/model.safetensors`, `${folder}/model.safetensors`)
  for (const file of ['config.json', 'generation_config.json', 'onnx/model.onnx']) {
    await copyFile(`${onnx}onnx/${file}`, `${folder}/${file}`)
  }
  for (const [file, text] of Object.entries(tinyTokenizerFiles)) await writeFile(`${folder}/${file}`, text)
}
