import { expect, it } from 'vitest'
import { checkDevice } from './check-device.ts'

it('finds the processor', async () => {
  await checkDevice('cpu')
})

it.runIf(process.platform === 'darwin')('says where a device has no provider', async () => {
  await expect(checkDevice('cuda')).rejects.toMatchObject({
    code: 'BACKEND_FAILED',
    found: /none for darwin/,
  })
})
