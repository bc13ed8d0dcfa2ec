import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { droppedFiles } from '../../dropped-files.ts'
import { patchStack } from '../../state/patch-stack.ts'

/** Takes patches that are dropped anywhere on the page, or chosen: a folder, its files, or a zip. */
export function PatchDrop() {
  const over = useSignal(false)
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const drag = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      over.value = true
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false
    }
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      over.value = false
      void droppedFiles(event.dataTransfer).then(patchStack.addFiles)
    }
    addEventListener('dragover', drag)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', drag)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [over])

  const chosen = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])].map((blob) => ({
      path: blob.webkitRelativePath || blob.name,
      blob,
    }))
    input.value = ''
    if (files.length > 0) void patchStack.addFiles(files)
  }
  return (
    <div class="drop" data-over={over.value}>
      <p>{over.value ? 'Let go to add it' : 'Drop a patch here: a folder, a .zip, or its files'}</p>
      <div class="actions">
        <label class="file">
          <input
            id="patch-files"
            type="file"
            multiple
            accept=".zip,.json,.safetensors,.md"
            onChange={(event) => chosen(event.currentTarget)}
          />
          <span>Choose files</span>
        </label>
        <label class="file">
          <input
            type="file"
            ref={(input) => input?.setAttribute('webkitdirectory', '')}
            onChange={(event) => chosen(event.currentTarget)}
          />
          <span>Choose a folder</span>
        </label>
      </div>
    </div>
  )
}
