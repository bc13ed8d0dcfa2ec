import type { Domain, PatchPrompt } from 'policypatch'
import type { DomainPrompt } from 'policypatch/evaluate'

/** What is trained and measured in one domain. */
export interface DomainCase {
  readonly domain: Domain
  /** What figures call the test prompts. */
  readonly data: string
  readonly train: readonly PatchPrompt[]
  readonly validation: readonly PatchPrompt[]
  readonly test: readonly DomainPrompt[]
  /** Prompts of attacks that nothing was trained on, and what figures call them. */
  readonly attacks?: { readonly data: string; readonly prompts: readonly DomainPrompt[] }
  /** Whether prompts of a part may be shown in a report; default all may. */
  readonly shown?: (part: string | undefined) => boolean
  /** Folder of the reference's adapter. */
  readonly reference: string
  /** The fixed prompt that a patch is held against; the package's own where there is none. */
  readonly systemPrompt?: string
}
