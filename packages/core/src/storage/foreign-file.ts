/** What an unexpected file is, and what to do about it: phrases for a PatchError. */
export interface ForeignFile {
  readonly found: string
  readonly remedy: string
}

/** Number of bytes inspected at a file's start. */
export const foreignFileBytes = 128

const pickled = 'Save the weights as safetensors: `model.save_pretrained(folder, safe_serialization=True)`'

/** By the files' initial bytes, one character per byte. */
const kinds: readonly (ForeignFile & { readonly starts: readonly string[] })[] = [
  {
    starts: ['version https://git-lfs.github.com/spec/', 'version https://hawser.github.com/spec/'],
    found: 'a Git LFS pointer instead of the file',
    remedy: 'Download the file itself: run `git lfs install` and `git lfs pull` in that repository',
  },
  {
    starts: ['/annex/objects/', '.git/annex/objects/', '../.git/annex/objects/'],
    found: 'a git-annex pointer instead of the file',
    remedy: 'Download the file itself: run `git annex get` in that repository',
  },
  {
    starts: ['<!DOCTYPE', '<!doctype', '<html', '<HTML', '<?xml', '<head', '<Error'],
    found: 'a web page',
    remedy: 'The download went wrong; download the file itself from its "resolve" URL',
  },
  {
    starts: ['GGUF'],
    found: 'a GGUF file',
    remedy: 'Rename it to end in .gguf, and use the path of the file',
  },
  {
    starts: ['lmgg', 'tjgg', 'fmgg', 'algg'],
    found: 'a GGML file, from before GGUF',
    remedy: 'Download the model as GGUF',
  },
  {
    starts: ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'],
    found: 'a Python pickle, which is not supported because it can run code',
    remedy: pickled,
  },
  { starts: ['PK\x03\x04'], found: 'a zip archive, such as a PyTorch checkpoint', remedy: pickled },
  { starts: ['\x89HDF\r\n'], found: 'an HDF5 file, such as TensorFlow weights', remedy: pickled },
  { starts: ['\x1f\x8b'], found: 'a gzip archive', remedy: 'Unpack it first' },
  {
    starts: ['\0\0\0\0\0\0\0\0'],
    found: 'zeros at its start',
    remedy: 'The download was interrupted; download the file again',
  },
]

/** Recognizes kinds of files often found in place of a model's own by their initial bytes. */
export function foreignFile(start: Uint8Array): ForeignFile | undefined {
  const bytes = String.fromCharCode(...start.subarray(0, foreignFileBytes))
  const text = bytes.replace(/^(\xef\xbb\xbf)?\s*/, '')
  const kind = kinds.find(({ starts }) => starts.some((expected) => text.startsWith(expected)))
  if (kind) return { found: kind.found, remedy: kind.remedy }
  if (bytes.startsWith('{"', 8)) {
    return { found: 'a safetensors file', remedy: 'Use its folder, which must also have config.json' }
  }
  return undefined
}
