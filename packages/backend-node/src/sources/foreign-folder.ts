import type { ForeignFile } from '@policypatch/core'

const saved =
  'with transformers, `AutoModelForCausalLM.from_pretrained(…).save_pretrained(folder)` writes safetensors'

/** Folders without a model that can be read, by the names in them. The first that fits counts. */
const kinds: readonly (ForeignFile & { readonly name: RegExp })[] = [
  {
    name: /^adapter_config\.json$/,
    found: 'a PEFT adapter without its model',
    remedy: 'Give the model that it was made for, and this folder as its adapter',
  },
  { name: /^patch\.json$/, found: 'a patch', remedy: 'Give the model that it was made for' },
  {
    name: /^snapshots$/,
    found: "a repository in Hugging Face's cache",
    remedy: 'Give the folder of a commit below snapshots/, or the id of the model',
  },
  {
    name: /^model_index\.json$/,
    found: 'a pipeline of several models, as diffusers saves it',
    remedy: 'Give the folder of its language model',
  },
  {
    name: /^model-\d+-of-\d+\.safetensors$/,
    found: 'parts of safetensors weights without model.safetensors.index.json',
    remedy: 'Fetch the index beside them',
  },
  {
    name: /\.safetensors$/,
    found: 'safetensors weights under other names than model.safetensors',
    remedy: `Fetch the model in Hugging Face's form: ${saved}`,
  },
  {
    name: /mmproj.*\.gguf$/i,
    found: 'a projector (mmproj) without its model',
    remedy: 'Fetch the GGUF file of the model beside it',
  },
  {
    name: /\.(bin|pt|pth|ckpt|pkl)$/,
    found: "weights as Python pickles (.bin, .pth), which aren't read: they may run code",
    remedy: `Convert them: ${saved}`,
  },
  {
    name: /^(onnx|.*\.onnx(_data)?)$/,
    found: 'ONNX graphs, which are for inference alone',
    remedy: 'Fetch the safetensors or GGUF weights of the same model',
  },
  {
    name: /\.(h5|msgpack|tflite|ot|npz|mlmodel|mlpackage|nemo|litertlm|task)$/,
    found: 'weights for other libraries (TensorFlow, Flax, TensorFlow Lite, Core ML or NeMo)',
    remedy: `Fetch the safetensors or GGUF weights of the same model; ${saved}`,
  },
  {
    name: /^config\.json$/,
    found: 'a configuration without weights',
    remedy: 'Fetch the .safetensors files beside it',
  },
]

/** What the names in a folder say that it is, where there is no model that can be read. */
export function foreignFolder(names: readonly string[]): ForeignFile {
  const kind = kinds.find(({ name }) => names.some((held) => name.test(held)))
  return kind ? { found: kind.found, remedy: kind.remedy } : { found: 'neither', remedy: 'Check the path' }
}
