// What people do, in the words they see.

import assert from 'node:assert/strict'

export const PASSWORD = 'correct horse battery staple'

export async function signIn(person, { email, password }) {
  await person.field('E-mail').fill(email)
  await person.field('Password').fill(password)
  await person.button('Sign in').click()
}

// An admin's program creates a person; the person follows the link in the mail and sets a password.
export async function invited(person, facts, { name, email }) {
  const asked = {
    name,
    email,
    user_type: 'licensed',
    roles: [facts.roles[0]],
    subscription: facts.subscription,
  }
  const answer = await fetch(`${facts.api}/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${facts.admin.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  })
  assert.equal(answer.status, 201, await answer.text())
  const link = await letterTo(person, email, /invite/i, 'mail-invitation')
  await person.goto(link)
  await person.field('New password').waitFor()
  await person.sees('password-invitation')
  await person.field('New password').fill(PASSWORD)
  await person.button('Set password').click()
  await person.page.waitForURL(/\/console/)
  return { email, password: PASSWORD }
}

// Waits for a letter in the mailbox of this machine, opens it, and returns the link in it.
export async function letterTo(person, address, subject, picture) {
  const letters = person.page.getByRole('article').filter({ hasText: address }).filter({ hasText: subject })
  const until = Date.now() + 20_000
  for (;;) {
    await person.goto('/_local/mail')
    if (await letters.count()) break
    assert.ok(Date.now() < until, `no letter ${subject} to ${address}`)
    await person.page.waitForTimeout(100)
  }
  const letter = letters.first()
  const link = letter.locator('pre').getByRole('link').first()
  if (!(await link.isVisible())) await letter.locator('summary').click()
  await link.waitFor()
  await person.sees(picture)
  return link.getAttribute('href')
}

// Opens a page of the console by its link in the navigation.
export async function section(person, name) {
  await person.goto('/console')
  await person.page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name }).click()
  await person.page.getByRole('heading', { level: 1, name }).waitFor()
}

// Changes the status of an origin in its row; returns what the toast says.
export async function decide(person, origin, status) {
  const row = person.page.getByRole('row').filter({ hasText: origin })
  await row.getByRole('combobox').selectOption(status)
  const apply = row.getByRole('button', { name: 'Apply' })
  if (await apply.isVisible()) await apply.click()
  const toast = person.page.locator('.toast')
  await toast.waitFor()
  return toast.innerText()
}
