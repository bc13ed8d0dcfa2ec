import { PatchError } from '@policypatch/core'
import { expect, it } from 'vitest'
import { type ChosenDevice, chooseDevice } from './choose-device.ts'
import type { Device } from './create-session.ts'

function choice(
  there: readonly Device[],
  times: Partial<Record<Device, number>> = {},
): Promise<ChosenDevice> {
  return chooseDevice({
    async check(device) {
      if (there.includes(device)) return
      throw new PatchError('BACKEND_FAILED', {
        expected: device,
        found: `no ${device}`,
        remedy: 'Install it',
      })
    },
    productTime: async (device) => times[device] as number,
  })
}

it('chooses cuda where it runs', async () => {
  expect(await choice(['cpu', 'cuda', 'webgpu'])).toMatchObject({ device: 'cuda' })
})

it('chooses webgpu only where it multiplies much faster than the processor', async () => {
  const there = ['cpu', 'webgpu'] as const
  const fast = await choice(there, { cpu: 40, webgpu: 2 })
  expect(fast).toEqual({ device: 'webgpu', reason: "cuda: no cuda; webgpu: 20 times the CPU's speed" })
  expect(await choice(there, { cpu: 40, webgpu: 11 })).toMatchObject({ device: 'cpu' })
  const inSoftware = await choice(there, { cpu: 2, webgpu: 400 })
  expect(inSoftware.device).toBe('cpu')
  expect(inSoftware.reason).toContain('0.0 times')
})

it('chooses the processor elsewhere, and says what the others want', async () => {
  expect(await choice(['cpu'])).toEqual({ device: 'cpu', reason: 'cuda: no cuda; webgpu: no webgpu' })
})

it('does not hide errors of another kind', async () => {
  const failing = chooseDevice({
    check: () => Promise.reject(new TypeError('a mistake')),
    productTime: async () => 1,
  })
  await expect(failing).rejects.toThrow(TypeError)
})
