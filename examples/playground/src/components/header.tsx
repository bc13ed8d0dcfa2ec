import { type Theme, theme } from '../state/theme.ts'

export function Header() {
  return (
    <header class="top">
      <p class="wordmark">
        <span class="mark" aria-hidden="true" />
        policypatch <span class="quiet">playground</span>
      </p>
      <nav aria-label="policypatch">
        <a href={__DOCS_ADDRESS__}>Docs</a>
        <a href={__REPOSITORY_ADDRESS__}>Source</a>
      </nav>
      <ThemeToggle />
    </header>
  )
}

const themes: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: 'system', label: 'Auto' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

export function ThemeToggle() {
  return (
    <fieldset class="segments small">
      <legend class="visually-hidden">Colours</legend>
      {themes.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name="theme"
            checked={theme.value === value}
            onChange={() => {
              theme.value = value
            }}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  )
}
