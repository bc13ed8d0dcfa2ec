import type { ForeignFile } from '@policypatch/core/platform'

const saved =
  'with transformers, `AutoModelForCausalLM.from_pretrained(…).save_pretrained(folder)` writes safetensors'

/** Folders without a readable model, by the names in them. The first match counts. */
const kinds: readonly (ForeignFile & { readonly name: RegExp })[] = [
  {
    name: /^adapter_config\.json$/,
    found: 'a PEFT adapter without its model',
    remedy: 'Load the model that it was made for, with this folder as the adapter',
  },
  { name: /^patch\.json$/, found: 'a patch', remedy: 'Load the model that it was made for' },
  {
    name: /^snapshots$/,
    found: "a repository in Hugging Face's cache",
    remedy: 'Use the folder of a commit under snapshots/, or the id of the model',
  },
  {
    name: /^model_index\.json$/,
    found: 'a diffusers pipeline of several models',
    remedy: 'Use the folder of its language model',
  },
  {
    name: /^model-\d+-of-\d+\.safetensors$/,
    found: 'shards of safetensors weights without model.safetensors.index.json',
    remedy: 'Download the index into the same folder',
  },
  {
    name: /\.safetensors$/,
    found: 'safetensors weights that are not named model.safetensors',
    remedy: `Download the model in Hugging Face's format: ${saved}`,
  },
  {
    name: /mmproj.*\.gguf$/i,
    found: 'a projector (mmproj) without its model',
    remedy: 'Download the GGUF file of the model into the same folder',
  },
  {
    name: /\.(bin|pt|pth|ckpt|pkl)$/,
    found: 'weights as Python pickles (.bin, .pth), which are not supported because they can run code',
    remedy: `Convert them: ${saved}`,
  },
  {
    name: /^(onnx|.*\.onnx(_data)?)$/,
    found: 'ONNX graphs, which are for inference only',
    remedy: 'Download the safetensors or GGUF weights of the same model',
  },
  {
    name: /\.(h5|msgpack|tflite|ot|npz|mlmodel|mlpackage|nemo|litertlm|task)$/,
    found: 'weights for other libraries (TensorFlow, Flax, TensorFlow Lite, Core ML or NeMo)',
    remedy: `Download the safetensors or GGUF weights of the same model; ${saved}`,
  },
  {
    name: /^config\.json$/,
    found: 'a configuration without weights',
    remedy: 'Download the .safetensors files into the same folder',
  },
]

/** What a folder without a readable model is, judging by the names in it. */
export function foreignFolder(names: readonly string[]): ForeignFile {
  const kind = kinds.find(({ name }) => names.some((held) => name.test(held)))
  return kind ? { found: kind.found, remedy: kind.remedy } : { found: 'neither', remedy: 'Check the path' }
}
