import type { ComponentProps, ReactNode } from 'react'
import { Input } from '#ui/input.tsx'
import { Label } from '#ui/label.tsx'

/** How a field's label, its control, and the text below it belong together. */
export interface FieldControl {
  readonly id: string
  readonly name: string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string | undefined
}

interface FieldProps {
  readonly name: string
  readonly label: string
  /** Shown below the field while nothing is wrong with it. */
  readonly hint?: string | undefined
  readonly errors: string[] | undefined
  /** Sets the id apart where a page has several fields of one name. Default: the name. */
  readonly id?: string
}

/**
 * Shows a labelled field, with what is wrong at its place.
 *
 * @param props.children makes another control than a text field
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
