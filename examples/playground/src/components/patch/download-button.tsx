import { patchStack } from '../../state/patch-stack.ts'
import { playground } from '../../worker-client.ts'

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

/** Hands bytes to the user as a download. */
export function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
