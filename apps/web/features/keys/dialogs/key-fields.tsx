import { CheckBox } from '#forms/check-box.tsx'
import { Field } from '#forms/field.tsx'
import type { FieldErrors, FormState } from '#forms/form.ts'
import { Select } from '#ui/select.tsx'
import { maximumQuota, type Scope, scopes } from '../rules/key-rules.ts'

const scopeTexts: Record<Scope, string> = {
  'account:read': 'Identify the owner of the key.',
  'customer:read': 'Read your email address and Stripe customer ID.',
}

/** The fields for the scopes of a key. */
export function ScopeFields({ chosen, errors }: { chosen: readonly string[]; errors: string[] | undefined }) {
  return (
    <fieldset className="flex flex-col gap-2" aria-describedby={errors && 'scopes-description'}>
      <legend className="mb-2 text-sm leading-none font-medium">Scopes</legend>
      {scopes.map((scope) => (
        <CheckBox
          key={scope}
          id={scope}
          name="scopes"
          value={scope}
          label={<span className="font-mono text-[0.8125rem] font-normal">{scope}</span>}
          text={scopeTexts[scope]}
          isChecked={chosen.includes(scope)}
          isInvalid={errors !== undefined}
        />
      ))}
      {errors !== undefined && (
        <p id="scopes-description" role="alert" className="text-sm text-destructive">
          {errors.join(' ')}
        </p>
      )}
    </fieldset>
  )
}

interface FieldsProps {
  readonly values: FormState['values']
  readonly errors: FieldErrors
}

/** The fields for the expiry of a key. CSS shows the date field only if it is needed. */
export function ExpiryFields({ values, errors }: FieldsProps) {
  return (
    <div className="group/expiry grid items-start gap-x-3 gap-y-4 sm:grid-cols-2">
      <Field name="expiry" label="Expires" errors={errors['expiry']}>
        {(control) => (
          <Select {...control} defaultValue={values['expiry'] ?? '90'}>
            <option value="7">in 7 days</option>
            <option value="30">in 30 days</option>
            <option value="90">in 90 days</option>
            <option value="365">in 1 year</option>
            <option value="date">on a specific date</option>
            <option value="never">never</option>
          </Select>
        )}
      </Field>
      <div className="hidden group-has-[option[value=date]:checked]/expiry:block">
        <Field
          name="expiresOn"
          label="Last day"
          type="date"
          hint="Valid until the end of the day (UTC)."
          defaultValue={values['expiresOn']}
          errors={errors['expiresOn']}
        />
      </div>
    </div>
  )
}

/** The fields for the limit of a key. CSS hides the number field if there is no limit. */
export function LimitFields({ values, errors }: FieldsProps) {
  return (
    <div className="group/limit grid items-start gap-x-3 gap-y-4 sm:grid-cols-2">
      <Field name="window" label="Limit" errors={errors['window']}>
        {(control) => (
          <Select {...control} defaultValue={values['window'] ?? 'none'}>
            <option value="none">none</option>
            <option value="minute">requests per minute</option>
            <option value="hour">requests per hour</option>
            <option value="day">requests per day</option>
          </Select>
        )}
      </Field>
      <div className="block group-has-[option[value=none]:checked]/limit:hidden">
        <Field
          name="quota"
          label="Requests"
          type="number"
          inputMode="numeric"
          min={1}
          max={maximumQuota}
          defaultValue={values['quota'] ?? '1000'}
          errors={errors['quota']}
        />
      </div>
    </div>
  )
}
