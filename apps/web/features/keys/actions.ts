'use server'

import { isAuthError } from '@supabase/supabase-js'
import { revalidatePath } from 'next/cache'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { keyStatus, RoutekeyError } from 'routekey'
import { requireUser } from '#features/auth/session.ts'
import { type FormState, keepValues } from '#forms/form.ts'
import { requireForm } from '#forms/require-form.ts'
import { describeError, log } from '#server/log.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { keyring } from './keyring.ts'
import { parseChangeLimit, parseRenameKey, parseRotateKey } from './rules/change-key-forms.ts'
import { parseCreateKey, toKeyOptions } from './rules/create-key-form.ts'
import { toLimits } from './rules/key-limit.ts'
import { scopes } from './rules/key-rules.ts'

/** A key in plaintext, and the origin of the routes that accept it. */
export interface IssuedKey {
  readonly key: string
  readonly origin: string
}

/** The state of a form for a key after it was sent. */
export type KeyFormState = FormState & {
  /** Set after success. */
  isDone?: boolean
  /** The new key, which only this response contains. */
  newKey?: IssuedKey
}

/** Creates a key for the signed-in user. */
export async function createKey(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.create_failed', form, async (owner) => {
    const parsed = parseCreateKey(form)
    if (!parsed.ok) return { fieldErrors: parsed.fieldErrors }
    const created = await keyring.create({ ...toKeyOptions(parsed.data, new Date()), owner, grantable: scopes })
    if (created.ok) return { isDone: true, newKey: await toIssuedKey(created.key) }
    return { formError: `You have reached the limit of ${created.maximum} keys. Revoke one that you no longer need.` }
  })
}

/** Replaces a key of the signed-in user with a new one. The old key works until its grace period ends. */
export async function rotateKey(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.rotate_failed', form, async (owner) => {
    const id = readId(form)
    const parsed = parseRotateKey(form)
    if (!parsed.ok) return { fieldErrors: parsed.fieldErrors }
    const rotated = await keyring.rotate(id, { graceSeconds: parsed.data.grace, owner })
    return rotated === null ? explainEnd(id, owner) : { isDone: true, newKey: await toIssuedKey(rotated.key) }
  })
}

/** Ends the grace period of the last rotation of a key of the signed-in user: the old key stops working. */
export async function endOldKey(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.end_old_key_failed', form, async (owner) => {
    const id = readId(form)
    const ended = await keyring.endGrace(id, { owner })
    return ended === null ? explainEnd(id, owner) : { isDone: true }
  })
}

/** Renames a key of the signed-in user. */
export async function renameKey(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.rename_failed', form, async (owner) => {
    const id = readId(form)
    const parsed = parseRenameKey(form)
    if (!parsed.ok) return { fieldErrors: parsed.fieldErrors }
    const renamed = await keyring.update(id, parsed.data, { owner })
    return renamed === null ? explainEnd(id, owner) : { isDone: true }
  })
}

/** Changes the limit of a key of the signed-in user. */
export async function changeLimit(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.change_limit_failed', form, async (owner) => {
    const id = readId(form)
    const parsed = parseChangeLimit(form)
    if (!parsed.ok) return { fieldErrors: parsed.fieldErrors }
    const changed = await keyring.update(id, { limits: toLimits(parsed.data) }, { owner })
    return changed === null ? explainEnd(id, owner) : { isDone: true }
  })
}

/** Disables a key of the signed-in user until it is enabled again. */
export async function disableKey(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.disable_failed', form, async (owner) => {
    const id = readId(form)
    const disabled = await keyring.disable(id, { owner })
    return disabled === null ? explainEnd(id, owner) : { isDone: true }
  })
}

/** Enables a disabled key of the signed-in user. */
export async function enableKey(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.enable_failed', form, async (owner) => {
    const id = readId(form)
    const enabled = await keyring.enable(id, { owner })
    return enabled === null ? explainEnd(id, owner) : { isDone: true }
  })
}

/** Revokes a key of the signed-in user for good. */
export async function revokeKey(_: KeyFormState, form: FormData): Promise<KeyFormState> {
  return runKeyAction('key.revoke_failed', form, async (owner) => {
    const revoked = await keyring.revoke(readId(form), { owner })
    return revoked === null ? notFound() : { isDone: true }
  })
}

const fields = ['name', 'scopes', 'expiry', 'expiresOn', 'window', 'quota', 'grace', 'endsNow']

/** Runs an action for the signed-in user. On an error, the form keeps its fields; otherwise the list is read again. */
async function runKeyAction(
  event: string,
  form: FormData,
  work: (owner: string) => Promise<Partial<KeyFormState>>,
): Promise<KeyFormState> {
  requireForm(form)
  let outcome: Partial<KeyFormState>
  try {
    const { id: owner } = await requireUser('/keys')
    outcome = await work(owner)
  } catch (error) {
    if (isSuspension(error)) {
      outcome = { formError: 'Your account is suspended, so you can’t create keys.' }
    } else if (isOutage(error)) {
      log('error', event, { error: describeError(error) })
      outcome = { formError: unavailable }
    } else {
      throw error
    }
  }
  if (outcome.isDone) {
    revalidatePath('/keys', 'layout')
    return { values: {}, fieldErrors: {}, ...outcome }
  }
  return { values: keepValues(form, fields), fieldErrors: {}, ...outcome }
}

const unavailable =
  'Our service did not respond, so we don’t know whether your change was saved. Check the list before you try again.'

async function toIssuedKey(key: string): Promise<IssuedKey> {
  return { key, origin: requestOrigin(await headers()) }
}

const isSuspension = (error: unknown) => error instanceof RoutekeyError && error.code === 'ERR_KEY_OWNER'

function isOutage(error: unknown): boolean {
  if (error instanceof RoutekeyError) return error.code === 'ERR_STORE_UNAVAILABLE'
  return isAuthError(error)
}

/** Explains why a key can no longer be changed. Responds 404 for an unknown key and for the key of another user. */
async function explainEnd(id: string, owner: string): Promise<Partial<KeyFormState>> {
  const record = await keyring.get(id, { owner })
  if (record === null) notFound()
  // The page must have been rendered before the key ended.
  revalidatePath('/keys', 'layout')
  const end = keyStatus(record) === 'revoked' ? 'was revoked' : 'has expired'
  return { formError: `This key ${end} and can no longer be changed.` }
}

function readId(form: FormData): string {
  const id = form.get('id')
  return typeof id === 'string' ? id : notFound()
}
