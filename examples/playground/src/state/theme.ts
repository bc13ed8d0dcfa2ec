import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const key = 'policypatch-theme'
const stored = localStorage.getItem(key)

/** Light or dark, or as the system has it. Kept for the next visit. */
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')

effect(() => {
  const { dataset } = document.documentElement
  if (theme.value === 'system') {
    delete dataset.theme
    localStorage.removeItem(key)
  } else {
    dataset.theme = theme.value
    localStorage.setItem(key, theme.value)
  }
})
