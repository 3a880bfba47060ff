import { Person, newAccount, newAddress } from '../support/actors'
import { db } from '../support/db'
import { expectProblem, messageAt } from '../support/problem'
import { expect, test } from '../support/test'

const ID = (prefix: string) => new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`)

/** Nothing was made of a refused sign-up. */
async function expectNothingOf(account: { tenant_name: string; email: string }) {
  expect(await db.count('FROM tenants WHERE name = ?1', account.tenant_name)).toBe(0)
  expect(await db.count('FROM users WHERE email = lower(?1)', account.email)).toBe(0)
}

test('signing up answers with the person and signs them in', async () => {
  const person = new Person(newAccount())
  const answer = await person.post('/sign-up', person.account)
  expect(answer.status).toBe(201)
  expect(answer.json).toEqual({
    id: expect.stringMatching(ID('usr')),
    email: person.account.email,
    first_name: 'Ada',
    last_name: 'Lovelace',
    phone: null,
    time_zone: null,
    photo_url: null,
    role: { id: expect.stringMatching(ID('rol')), name: 'Administrator' },
    active: true,
    mfa_enabled: false,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    last_seen_at: answer.json.created_at,
  })
  const session = await person.get('/session')
  expect(session.status).toBe(200)
  expect(session.json).toMatchObject({ user: answer.json, tenant_name: person.account.tenant_name })
  expect(session.json.permissions).toEqual([
    'manage_users', 'administer', 'manage_service_accounts', 'manage_roles', 'read_audit', 'introspect', 'api_access',
  ])
})

test('signing up makes a tenant with the five built-in roles and its first Administrator', async ({ owner }) => {
  const roles = await owner.get('/roles')
  const every = (access: string) =>
    ['backups', 'policies', 'recoveries', 'roles', 'sources', 'subscriptions', 'usage', 'users', 'vaults', 'jobs', 'statistics'].flatMap(
      (resource) => (access === 'read' ? [`${resource}:read`] : [`${resource}:read`, `${resource}:write`]),
    )
  const told = roles.json.items.map((role: any) => [role.name, role.built_in, role.permissions, role.scopes, role.members])
  const byName = Object.fromEntries(told.map(([name, ...rest]: [string]) => [name, rest]))
  const withoutPeople = every('write').filter((scope) => !/^(users|roles):/.test(scope))
  expect(byName).toEqual({
    Administrator: [true, expect.arrayContaining(['administer', 'manage_users', 'api_access']), every('write'), 1],
    Member: [true, ['api_access'], withoutPeople, 0],
    Viewer: [true, [], [], 0],
    'API reader': [true, ['api_access'], every('read'), 0],
    'API writer': [true, ['api_access'], every('write'), 0],
  })
})

test('the password is kept as argon2id with 19 MiB and two passes, and nowhere else', async ({ owner }) => {
  const { password } = await db.one('SELECT password FROM users WHERE id = ?1', owner.user.id)
  expect(password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43}$/)
  expect(await db.dump()).not.toContain(owner.account.password)
})

test('signing up leaves an event for the tenant, the person and the session', async ({ owner }) => {
  const events = await db.rows('SELECT * FROM audit_events WHERE tenant_id = ?1 ORDER BY action', owner.tenant)
  expect(events.map((event) => [event.action, event.target_type, event.target_id])).toEqual([
    ['session.created', 'session', expect.stringMatching(ID('ses'))],
    ['tenant.created', 'tenant', owner.tenant],
    ['user.created', 'user', owner.user.id],
  ])
  for (const event of events) {
    expect(event).toMatchObject({ actor_type: 'user', actor_id: owner.user.id, actor_name: 'Ada Lovelace', ip: owner.address })
    expect(event.request_id).toBe(events[0]?.request_id)
    expect(event.credential).toBe(events[0]?.target_id)
  }
})

test('an empty sign-up is told every complaint at once', async ({ anonymous }) => {
  const answer = await anonymous.post('/sign-up', {})
  expectProblem(answer, 422, 'invalid', ['/tenant_name', '/first_name', '/last_name', '/email', '/password'])
  // A-14, verbatim.
  expect(messageAt(answer, '/first_name')).toBe('First name must have atleast 2 characters. Numbers and special characters are not allowed.')
  expect(messageAt(answer, '/last_name')).toBe('Last name must have atleast 1 characters. Numbers and special characters are not allowed.')
  expect(messageAt(answer, '/email')).toBe('Enter a valid email')
  expect(messageAt(answer, '/password')).toBe('Enter a valid password')
})

const refusedPasswords: [string, string][] = [
  ['11 characters', 'fuchsia-tra'],
  ['129 characters', 'ab✓'.repeat(43)],
  ['one that everybody tries', 'correcthorsebatterystaple'],
  ['one that everybody tries, decorated', 'Password2026!'],
  ['a pattern', 'abcabcabcabc'],
  ['a run', '123456789012'],
  ['the name of the product', 'Latchkey-Latchkey'],
  ['the own name', 'AdaLovelace2026'],
]
for (const [what, password] of refusedPasswords) {
  test(`a password is refused: ${what}`, async ({ anonymous }) => {
    const account = newAccount({ password })
    expectProblem(await anonymous.post('/sign-up', account), 422, 'invalid', ['/password'])
    await expectNothingOf(account)
  })
}

test('passwords from the most common ones that are long enough are refused', async ({ anonymous }) => {
  const common = [
    '1qaz2wsx3edc', 'qwertyuiop123', 'password1234', 'passwordpassword', 'iloveyou1234', 'administrator', '123123123123', 'zaq12wsxcde3',
    '1q2w3e4r5t6y', 'qwerty123456', 'asdfghjkl123', '111111111111', 'password12345', '1234567891011', 'qazwsxedcrfv', 'q1w2e3r4t5y6',
    'christopher1', 'abcdefghijkl', '123456qwerty', 'princess1234',
  ]
  const accepted: string[] = []
  for (const password of common) {
    const account = newAccount({ password })
    const answer = await anonymous.from(newAddress()).post('/sign-up', account)
    if (answer.status !== 422) accepted.push(password)
  }
  expect(accepted).toEqual([])
})

const goodPasswords: [string, string][] = [
  ['12 characters', 'fuchsia-tram'],
  ['128 characters', 'fuchsia tram 82 kettle orbit saddle window '.repeat(3).slice(0, 128)],
  ['lower-case letters only', 'gondolatrumpetfig'],
  ['digits only', '82736450918273'],
  ['spaces at both ends', '  gondola trumpet  '],
  ['letters of other scripts', '日本語のとても長い合言葉です'],
  ['emoji', '🦊🚋🎺🛶🍇🔑🌧🧭🎻🪁🧶🪴'],
]
for (const [what, password] of goodPasswords) {
  test(`a password is accepted and must come back exactly as typed: ${what}`, async () => {
    const person = await new Person(newAccount({ password })).signUp()
    const characters = [...password]
    const wrong = [characters.slice(0, -1).join(''), password.toUpperCase(), password.trim(), `${characters.slice(1).join('')}x`]
    for (const other of wrong.filter((other) => other !== password)) expect((await person.signIn({ password: other })).status, other).toBe(401)
    expect((await person.signIn()).status).toBe(200)
  })
}

test('a password is the same however a keyboard composes its letters', async () => {
  const person = await new Person(newAccount({ password: 'crème brûlée à Zoë' })).signUp()
  expect((await person.signIn({ password: 'crème brûlée à Zoë'.normalize('NFD') })).status).toBe(200)
})

test('a known email is 409 at /email, whatever its case, and changes nothing', async ({ owner, anonymous }) => {
  const before = await db.state(owner.tenant)
  const account = newAccount({ email: owner.account.email.toUpperCase() })
  const answer = await anonymous.post('/sign-up', account)
  expectProblem(answer, 409, 'conflict', ['/email'])
  expect(answer.cookies).toEqual([])
  expect(await db.count('FROM tenants WHERE name = ?1', account.tenant_name)).toBe(0)
  expect(await db.state(owner.tenant)).toEqual(before)
})

test('one address signed up many times side by side becomes one person', async () => {
  const account = newAccount()
  const answers = await Promise.all(Array.from({ length: 8 }, () => new Person(account).post('/sign-up', account)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(7).fill(409)])
  expect(await db.count('FROM users WHERE email = ?1', account.email)).toBe(1)
  expect(await db.count('FROM tenants WHERE name = ?1', account.tenant_name)).toBe(1)
})

test('asking who has an account is limited by address', async ({ owner, anonymous }) => {
  const ask = () => anonymous.post('/sign-up', newAccount({ email: owner.account.email }))
  for (let i = 0; i < 10; i++) expect((await ask()).status).toBe(409)
  expectProblem(await ask(), 429, 'rate_limited')
  const fresh = newAccount()
  expectProblem(await anonymous.post('/sign-up', fresh), 429, 'rate_limited')
  await expectNothingOf(fresh)
  expect((await anonymous.from(newAddress()).post('/sign-up', fresh)).status).toBe(201)
})

const names: [string, Record<string, string>, string[]][] = [
  ['markup', { first_name: '<b>Ada</b>' }, ['/first_name']],
  ['digits', { last_name: 'R2D2' }, ['/last_name']],
  ['a line break in the middle', { first_name: 'A\r\nda', last_name: 'Love\nlace' }, ['/first_name', '/last_name']],
  ['65 characters', { first_name: 'a'.repeat(65), last_name: 'b'.repeat(65), tenant_name: 'c'.repeat(65) }, ['/first_name', '/last_name', '/tenant_name']],
  ['blanks only', { first_name: '  ', last_name: ' ', tenant_name: '   ' }, ['/first_name', '/last_name', '/tenant_name']],
  ['control characters', { tenant_name: 'North\u0000wind' }, ['/tenant_name']],
  ['marks that turn text around', { tenant_name: 'North\u202Ewind' }, ['/tenant_name']],
  ['a header in the address', { email: 'ada@northwind.example\r\nBcc: x@example.com' }, ['/email']],
  ['no domain', { email: 'ada@localhost' }, ['/email']],
]
for (const [what, change, pointers] of names) {
  test(`names and addresses are refused: ${what}`, async ({ anonymous }) => {
    const account = newAccount(change)
    expectProblem(await anonymous.post('/sign-up', account), 422, 'invalid', pointers)
    await expectNothingOf(account)
  })
}

test('names of any script are kept as they are, without the blanks around them', async () => {
  const tenant_name = `  Ørsted & Söhne's "Köln" <${newAddress()}>  `
  const person = await new Person(newAccount({ first_name: ' Zoë-Anne ', last_name: "O'Brien", tenant_name })).signUp()
  expect(person.user).toMatchObject({ first_name: 'Zoë-Anne', last_name: "O'Brien" })
  expect((await person.get('/session')).json.tenant_name).toBe(tenant_name.trim())
})

test('what nobody may choose for themselves is refused: role, tenant, id, state', async ({ anonymous }) => {
  const account = newAccount()
  const answer = await anonymous.post('/sign-up', { ...account, role_id: 'rol_x', tenant_id: 'ten_x', id: 'usr_x', active: true })
  expectProblem(answer, 422, 'invalid', ['/role_id', '/tenant_id', '/id', '/active'])
  await expectNothingOf(account)
})

test('a browser that signs up while signed in gets a new session instead of a second one', async ({ owner }) => {
  const before = owner.cookie
  const account = newAccount()
  const answer = await owner.post('/sign-up', account)
  expect(answer.status).toBe(201)
  expect(owner.cookie).not.toBe(before)
  owner.cookie = before
  expectProblem(await owner.get('/session'), 401, 'unauthenticated')
})
