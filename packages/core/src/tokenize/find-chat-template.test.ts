import { describe, expect, it } from 'vitest'
import { findChatTemplate } from './find-chat-template.ts'

describe('findChatTemplate', () => {
  it('takes the template named default', () => {
    const named = [
      { name: 'tool_use', template: 'T' },
      { name: 'default', template: 'D' },
    ]
    expect(findChatTemplate(named)).toBe('D')
    expect(findChatTemplate({ default: 'D', rag: 'R' })).toBe('D')
    expect(findChatTemplate(null)).toBeUndefined()
    expect(() => findChatTemplate([{ name: 'rag', template: 'R' }])).toThrow(
      expect.objectContaining({ code: 'MALFORMED', found: 'templates named rag' }),
    )
  })
})
