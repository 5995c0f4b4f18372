import type { ComponentProps, ReactNode } from 'react'
import { Input } from '#ui/input.tsx'
import { Label } from '#ui/label.tsx'

/** The attributes that connect a control to its label and to the text below it. */
export interface FieldControl {
  readonly id: string
  readonly name: string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string | undefined
}

interface FieldProps {
  readonly name: string
  readonly label: string
  /** Shown below the field unless it has errors. */
  readonly hint?: string | undefined
  readonly errors: string[] | undefined
  /** Must be set if a page has several fields of one name. Default: the name. */
  readonly id?: string
}

/**
 * Shows a field with its label, and with its errors below.
 *
 * @param props.children renders a control other than a text field
 */
export function Field({
  name,
  label,
  hint,
  errors,
  id = name,
  children,
  ...input
}: FieldProps &
  Omit<ComponentProps<'input'>, 'name' | 'id' | 'children'> & { children?: (control: FieldControl) => ReactNode }) {
  const isInvalid = errors !== undefined && errors.length > 0
  const description = isInvalid ? errors.join(' ') : hint
  const descriptionId = `${id}-description`
  const control: FieldControl = {
    id,
    name,
    'aria-invalid': isInvalid,
    'aria-describedby': description === undefined ? undefined : descriptionId,
  }
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Label htmlFor={id}>{label}</Label>
      {children === undefined ? <Input {...control} {...input} /> : children(control)}
      {description !== undefined && (
        <p
          id={descriptionId}
          role={isInvalid ? 'alert' : undefined}
          className={isInvalid ? 'text-sm text-destructive' : 'text-sm text-muted-foreground'}
        >
          {description}
        </p>
      )}
    </div>
  )
}
