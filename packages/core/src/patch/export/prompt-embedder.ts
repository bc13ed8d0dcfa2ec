import { embeddingRows } from '../../model/language-model/embedding-matrix.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { joinEmbeddings } from '../../model/language-model/prefix.ts'
import { base64Of } from '../../text/encoded-bytes.ts'
import type { Prompt } from '../../tokenize/tokenizer.ts'
import { checkFit } from '../apply/check-fit.ts'
import { checkOnePart } from '../check-prefix.ts'
import type { PatchContents } from '../patch.ts'
import { torchSave } from './torch-save.ts'

/** Input rows for a server that accepts embeddings in place of a prompt. */
export interface PromptEmbeds {
  /** m + n: virtual tokens, then prompt tokens. */
  readonly length: number
  /** [m + n, d] float32: the prefix, then the embedded prompt. */
  readonly embeddings: Float32Array
  /** Base64 of the tensor as `torch.save` writes it: `prompt_embeds` of vLLM's completions API. */
  readonly base64: string
}

/**
 * Makes patched prompts for vLLM, started with `--enable-prompt-embeds`:
 *
 *     const embed = promptEmbedder(model, patch)
 *     const body = { model: name, prompt_embeds: embed(messages).base64, max_tokens: 64 }
 *     await fetch(`${server}/v1/completions`, { method: 'POST', body: JSON.stringify(body), headers })
 *
 * The chat template is applied here, because the server does not apply it.
 *
 * @throws the errors of `checkFit`; `UNSUPPORTED` for a parallel stack, which is no sequence of embeddings.
 */
export function promptEmbedder(model: LanguageModel, patch: PatchContents): (prompt: Prompt) => PromptEmbeds {
  checkFit(model, patch)
  checkOnePart(patch)
  return (prompt) => {
    const ids = model.tokenizer.encodePrompt(prompt)
    const { length, embeddings } = joinEmbeddings([
      patch.prefix,
      { length: ids.length, embeddings: embeddingRows(model, ids) },
    ])
    const bytes = torchSave(embeddings, [length, model.config.hiddenSize])
    return { length, embeddings, base64: base64Of(bytes) }
  }
}
