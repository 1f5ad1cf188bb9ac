import { type ComponentProps, type ReactNode, useId } from 'react'
import { classes } from './classes.ts'

type ButtonKind = 'plain' | 'primary' | 'quiet' | 'danger'

const buttonKinds: Readonly<Record<ButtonKind, string>> = {
  plain: 'border border-line bg-raised hover:bg-hover text-text',
  primary: 'bg-accent text-onaccent font-semibold hover:brightness-110',
  quiet: 'text-muted hover:text-strong hover:bg-hover',
  danger: 'border border-line text-down hover:bg-downwash',
}

export function Button({
  kind = 'plain',
  className,
  ...rest
}: ComponentProps<'button'> & { readonly kind?: ButtonKind }) {
  return (
    <button
      type="button"
      className={classes(
        'inline-flex h-7 items-center gap-1.5 rounded px-2.5 whitespace-nowrap disabled:opacity-50',
        buttonKinds[kind],
        className,
      )}
      {...rest}
    />
  )
}

export function TextField({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      type="text"
      spellCheck={false}
      autoComplete="off"
      className={classes(
        'h-7 rounded border border-line bg-base px-2 text-text select-text aria-invalid:border-down disabled:opacity-60',
        className,
      )}
      {...rest}
    />
  )
}

interface SelectProps<T extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  onChange(value: T): void
}

/** One of several, where side by side would take too much room. */
export function Select<T extends string>({ label, value, options, onChange, className, ...rest }: SelectProps<T>) {
  return (
    <select
      aria-label={label}
      className={classes(
        'h-7 rounded border border-line bg-base px-1.5 text-text disabled:opacity-60',
        value === '' && 'text-muted',
        className,
      )}
      value={value}
      onChange={({ target }) => {
        const chosen = options.find((option) => option.value === target.value)
        if (chosen) onChange(chosen.value)
      }}
      {...rest}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} className="text-text">
          {option.text}
        </option>
      ))}
    </select>
  )
}

interface SegmentedProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly disabled?: boolean
  /** More than one line of them. */
  readonly wraps?: boolean
  onChange(value: T): void
}

/** A few choices side by side, one of them taken: real radio buttons, so arrow keys work. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, value, options, disabled, wraps = false, onChange } = props
  const name = useId()
  return (
    <fieldset
      className={classes(
        'inline-flex rounded border border-line bg-base p-0.5',
        wraps ? 'flex-wrap [&>label]:h-6.5' : 'h-7',
      )}
      aria-label={label}
    >
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex items-center rounded-sm px-2 whitespace-nowrap text-muted has-checked:bg-raised has-checked:font-medium has-checked:text-strong has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-accent hover:text-text"
        >
          <input
            type="radio"
            className="sr-only"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={disabled}
            onChange={() => onChange(option.value)}
          />
          {option.text}
        </label>
      ))}
    </fieldset>
  )
}

export function Keys({ children }: { readonly children: ReactNode }) {
  return (
    <kbd className="rounded border border-line bg-base px-1 font-sans text-2xs text-muted whitespace-nowrap">
      {children}
    </kbd>
  )
}

interface EmptyProps {
  readonly title: string
  readonly children?: ReactNode
  readonly busy?: boolean
}

/** What stands where data would be: why there is none, and what to do. */
export function Empty({ title, children, busy = false }: EmptyProps) {
  return (
    <div
      className="flex h-full flex-col items-center justify-center gap-2 p-8 text-center text-muted"
      role={busy ? 'status' : undefined}
      aria-busy={busy || undefined}
    >
      <p className="font-medium text-text">{title}</p>
      {children}
    </div>
  )
}
