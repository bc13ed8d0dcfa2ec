import type { Domain, PatchPrompt } from 'policypatch'
import type { DomainPrompt } from 'policypatch/evaluate'

/** What to train and measure in one domain. */
export interface DomainCase {
  readonly domain: Domain
  /** The name of the test prompts in figures. */
  readonly data: string
  readonly train: readonly PatchPrompt[]
  readonly validation: readonly PatchPrompt[]
  readonly test: readonly DomainPrompt[]
  /** Attack prompts that nothing was trained on, and their name in figures. */
  readonly attacks?: { readonly data: string; readonly prompts: readonly DomainPrompt[] }
  /** Whether prompts of a part may be shown in a report. Default: all may. */
  readonly shown?: (part: string | undefined) => boolean
  /** Folder of the reference's adapter. */
  readonly reference: string
  /** The fixed prompt to compare the patch with. Default: the package's own. */
  readonly systemPrompt?: string
}
