/** Waits for all, also where one fails: what is to be closed is closed then, and the first failure thrown. */
export async function settleAll(tasks: Iterable<Promise<unknown>>): Promise<void> {
  const results = await Promise.allSettled(tasks)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
