import { type Method, patchStack } from '../../state/patch-stack.ts'

const methods: readonly { readonly value: Method; readonly label: string; readonly about: string }[] = [
  {
    value: 'parallel',
    label: 'Side by side',
    about: 'Each patch stands for itself, with its weight; their order does not matter.',
  },
  {
    value: 'concat',
    label: 'One after another',
    about: 'Later patches see those before them: the order matters, weights do not count.',
  },
]

export function MethodChoice() {
  const { method } = patchStack
  return (
    <div class="method">
      <fieldset class="segments">
        <legend class="visually-hidden">How patches are put together</legend>
        {methods.map(({ value, label }) => (
          <label key={value}>
            <input
              type="radio"
              name="method"
              value={value}
              checked={method.value === value}
              onChange={() => {
                method.value = value
              }}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <p class="quiet">{methods.find(({ value }) => value === method.value)?.about}</p>
    </div>
  )
}
