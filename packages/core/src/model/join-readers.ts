import { settleAll } from '../settle-all.ts'
import { missingTensor } from './missing-tensor.ts'
import type { StoredTensor, TensorReader } from './tensor-reader.ts'

/**
 * The tensors of several files as those of one.
 *
 * @param files all of them: `close` closes each
 * @param owners which of them has which tensor
 * @param name of the whole, for messages
 */
export function joinReaders(
  files: readonly TensorReader[],
  owners: ReadonlyMap<string, TensorReader>,
  name: string,
): Pick<TensorReader, 'tensors' | 'read' | 'readPacked' | 'close'> {
  const tensors = new Map<string, StoredTensor>()
  for (const [tensor, owner] of owners) {
    const stored = owner.tensors.get(tensor)
    if (!stored) throw missingTensor(tensor, name)
    tensors.set(tensor, stored)
  }
  const ownerOf = (tensor: string) => {
    const owner = owners.get(tensor)
    if (!owner) throw missingTensor(tensor, name)
    return owner
  }
  return {
    tensors,
    read: async (tensor) => ownerOf(tensor).read(tensor),
    readPacked: async (tensor) => ownerOf(tensor).readPacked(tensor),
    close: () => settleAll(files.map((file) => file.close())),
  }
}
