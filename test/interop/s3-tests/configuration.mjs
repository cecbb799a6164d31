/** The configuration that the suite reads: three users of two tenants. */

/** @param node of `startNode` */
export function configuration(node) {
  // The suite's main user bypasses governance locks and lets strangers in: an administrator. The other only writes.
  const main = node.s3Key('s3-tests-main', 'admin');
  const alt = node.s3Key('s3-tests-alt', 'writer');
  const tenant = node.s3Key('s3-tests-tenant', 'admin', ['--tenant', 'testx']);
  return [
    section('DEFAULT', {
      host: 'localhost',
      port: node.s3Port,
      is_secure: 'False',
      ssl_verify: 'False',
    }),
    section('fixtures', { 'bucket prefix': 's3tests-{random}-' }),
    section('s3 main', { ...user(main), api_name: 'default' }),
    section('s3 alt', user(alt)),
    section('s3 tenant', { ...user(tenant), tenant: 'testx' }),
    // The suite wants these to be there; no test that is selected asks for them.
    section('iam', user(alt)),
    section('iam root', user(alt)),
    section('iam alt root', user(alt)),
  ].join('\n');
}

function user({ accessKeyId, secretAccessKey, userId, displayName }) {
  return {
    display_name: displayName,
    user_id: userId,
    email: `${displayName}@example.com`,
    access_key: accessKeyId,
    secret_key: secretAccessKey,
  };
}

function section(name, entries) {
  const lines = Object.entries(entries).map(([key, value]) => `${key} = ${value}`);
  return [`[${name}]`, ...lines, ''].join('\n');
}
