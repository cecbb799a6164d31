/** What only the report of a container says, in English. */
export const ENGLISH_CONTAINER = {
  'container.pass':
    'All {count} files are listed with their digests, and say what the evidence gives.',
  'container.unsigned': 'The container has no manifest, so that nothing in it is signed.',
  'container.signatures': 'The container has more than {count} manifests.',
  'container.manifest': '{file} cannot be read as a manifest.',
  'container.signature': 'The signature {file} is missing, or said to be over two things.',
  'container.unknown':
    'The container says something of its files that is not checked here: {file}.',
  'container.not-listed': '{file} is in the container and not in a manifest: nobody signed it.',
  'container.missing': 'A manifest lists {file}, which is not in the container, or lists it twice.',
  'container.digest': '{file} is not the file that was signed.',
  'container.contents': 'The evidence cannot be read, so that the files beside it say nothing.',
  'container.stray': '{file} does not follow from the evidence, and nothing proves what it says.',
  'container.differs': '{file} is missing, or does not say what the evidence says.',

  'container-signature.pass-trusted':
    'By {signer}, whose certificate leads to one that you pinned (judged at {at}).',
  'container-signature.pass-self':
    'A genuine signature by {signer}, for whom no root of yours answers. {reason}',

  'development.container':
    'The container is sealed with a certificate of the embedded development authority: nobody checked a name.',

  'title.container': 'The container',
  'label.container': 'container',
  'value.container.asic-e': 'ASiC-E with CAdES (EN 319 162-1), {count} files',
  'value.container.asic-s': 'ASiC-S with CAdES (EN 319 162-1), {count} file',
  'value.container.signature': '{number}, over the container',

  'check.container': 'The container holds what it lists, and says what the evidence says',
  'check.container-signature': 'A certificate’s key signed the container',
  'means.container': 'SHA-2 digests in its manifest; making its files anew from the evidence',
  'means.container-signature': 'a detached CAdES signature (EN 319 102-1)',
} as const;
