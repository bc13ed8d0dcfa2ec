import type { Fault } from '../worker/outcome.ts'

const titles: Readonly<Record<string, string>> = {
  PATCH_MISMATCH: 'This patch is for another model',
  DIGEST_MISMATCH: 'A file is not the one that was released',
  TRUNCATED: 'A file is cut short',
  MALFORMED: 'A file is damaged or of another kind',
  NOT_FOUND: 'Something is missing',
  PATCH_CONFLICT: 'These patches do not go together',
  SHAPE_MISMATCH: 'These do not fit together',
  STORAGE_FAILED: 'The browser has no room to keep this',
  UNREACHABLE: 'The files could not be fetched',
  BACKEND_FAILED: 'The model could not be run here',
  OUT_OF_MEMORY: 'There is not enough memory',
  CONTEXT_EXCEEDED: 'The prompt is too long',
  NOT_FINITE: 'The numbers went out of bounds',
}

interface FaultNoticeProps {
  readonly fault: Fault | undefined
  readonly onClose?: () => void
}

/** What went wrong, in the parts that every error of policypatch has: expected, found, and what to do. */
export function FaultNotice({ fault, onClose }: FaultNoticeProps) {
  return (
    <div role="alert">
      {fault && (
        <div class="fault" data-code={fault.code}>
          <strong>{titles[fault.code] ?? 'Something went wrong'}</strong>
          <dl>
            {fault.expected && (
              <>
                <dt>Expected</dt>
                <dd>{fault.expected}</dd>
              </>
            )}
            <dt>Found</dt>
            <dd>{fault.found}</dd>
            <dt>What to do</dt>
            <dd>{fault.remedy}.</dd>
          </dl>
          {onClose && (
            <button type="button" class="plain" onClick={onClose}>
              Dismiss
            </button>
          )}
        </div>
      )}
    </div>
  )
}
