import { saveFile } from '../save-file.ts'
import { patchStack } from '../state/patch-stack.ts'
import { playground } from '../worker-client.ts'

interface DownloadButtonProps {
  readonly id: string
  readonly version: string
  readonly primary?: boolean
}

/** Saves a patch as a zip of its folder, which PEFT reads as an adapter. */
export function DownloadButton({ id, version, primary = false }: DownloadButtonProps) {
  const save = async () => {
    const outcome = await playground.zip(id)
    if (outcome.ok) saveFile(`${id}-${version}.zip`, outcome.value, 'application/zip')
    else patchStack.fault.value = outcome.fault
  }
  return (
    <button type="button" class={primary ? 'primary' : ''} onClick={save}>
      Download<span class="visually-hidden"> {id}</span>
    </button>
  )
}
