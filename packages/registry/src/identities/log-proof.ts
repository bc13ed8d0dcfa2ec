import type { Bundle } from '@sigstore/bundle'

type Entry = Bundle['verificationMaterial']['tlogEntries'][number]

/**
 * Whether a log's inclusion proof also holds in what the library does not verify: its root and size are those of the checkpoint
 * that the log signed, its index is in its one form, and the checkpoint has the one valid form of a signed note
 * (https://github.com/transparency-dev/formats/blob/main/log/README.md), whose first signature is under its own name.
 */
export function isWholeProof({
  logIndex,
  rootHash,
  treeSize,
  checkpoint,
}: NonNullable<Entry['inclusionProof']>): boolean {
  const [note = '', signatures, ...more] = (checkpoint?.envelope ?? '').split('\n\n')
  const [origin = '', size, root] = note.split('\n')
  const lines = signatures?.split('\n') ?? []
  if (more.length > 0 || lines.pop() !== '' || lines.length === 0) return false
  if (!/^(0|[1-9]\d*)$/.test(logIndex)) return false
  if (size !== treeSize || root !== rootHash.toString('base64')) return false
  return lines.every((line, i) => {
    const [dash, name, base64 = '', ...rest] = line.split(' ')
    const isOwn = i > 0 || name === origin.split(' ')[0]
    return (
      dash === '\u2014' &&
      isOwn &&
      rest.length === 0 &&
      Buffer.from(base64, 'base64').toString('base64') === base64
    )
  })
}
