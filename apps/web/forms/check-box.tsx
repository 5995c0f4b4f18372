import type { ReactNode } from 'react'

interface CheckBoxProps {
  readonly id: string
  readonly name: string
  /** Default: `on`. */
  readonly value?: string
  readonly label: ReactNode
  readonly text: string
  readonly isChecked: boolean
  /** Default: false. */
  readonly isInvalid?: boolean
}

/** Shows a checkbox with a label and a text in a box, all of which can be clicked. */
export function CheckBox({ id, name, value, label, text, isChecked, isInvalid = false }: CheckBoxProps) {
  return (
    <div className="relative flex items-start gap-3 rounded-md border border-input px-3 py-2.5 has-checked:border-ring/60 has-checked:bg-accent/50 has-focus-visible:ring-[3px] has-focus-visible:ring-ring/40">
      <input
        type="checkbox"
        id={id}
        name={name}
        value={value}
        defaultChecked={isChecked}
        aria-invalid={isInvalid}
        aria-describedby={`${id}-text`}
        className="relative z-1 mt-0.5 size-4 shrink-0 accent-primary outline-none"
      />
      <div className="flex min-w-0 flex-col gap-0.5">
        {/* The label covers the whole box. */}
        <label htmlFor={id} className="text-sm leading-5 font-medium after:absolute after:inset-0">
          {label}
        </label>
        <p id={`${id}-text`} className="text-sm text-muted-foreground">
          {text}
        </p>
      </div>
    </div>
  )
}
