import { expect, it } from 'vitest'
import { checkDevice } from './check-device.ts'

it('finds the processor', async () => {
  await checkDevice('cpu')
})

it('says what a device that is not here needs', async ({ skip }) => {
  const error = await checkDevice('cuda').catch((cause: unknown) => cause)
  skip(error === undefined, 'there is a CUDA device')
  expect(error).toMatchObject({ code: 'BACKEND_FAILED', remedy: expect.stringContaining('script/install') })
})
