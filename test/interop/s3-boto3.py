"""What boto3 of Debian does with versions, locks and conditional puts: prints each that went as it should."""
import datetime
import sys

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

endpoint, key_id, secret = sys.argv[1:]
s3 = boto3.client(
    's3',
    endpoint_url=endpoint,
    aws_access_key_id=key_id,
    aws_secret_access_key=secret,
    region_name='us-east-1',
    config=Config(signature_version='s3v4', s3={'addressing_style': 'path'}),
)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error
    else:
        raise AssertionError(f'{code} was expected')


def read(**arguments):
    return s3.get_object(Bucket='boto-files', **arguments)['Body'].read()


s3.create_bucket(Bucket='boto-files', ObjectLockEnabledForBucket=True)
first = s3.put_object(Bucket='boto-files', Key='a', Body=b'one')['VersionId']
second = s3.put_object(Bucket='boto-files', Key='a', Body=b'two')['VersionId']
assert read(Key='a') == b'two' and read(Key='a', VersionId=first) == b'one'
marker = s3.delete_object(Bucket='boto-files', Key='a')
assert marker['DeleteMarker']
refused('NoSuchKey', read, Key='a')
listed = s3.list_object_versions(Bucket='boto-files')
assert [one['VersionId'] for one in listed['Versions']] == [second, first]
s3.delete_object(Bucket='boto-files', Key='a', VersionId=marker['VersionId'])
assert read(Key='a') == b'two'
print('versions')

until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
locked = s3.put_object(
    Bucket='boto-files', Key='b', Body=b'kept',
    ObjectLockMode='COMPLIANCE', ObjectLockRetainUntilDate=until,
)['VersionId']
named = {'Bucket': 'boto-files', 'Key': 'b', 'VersionId': locked}
refused('AccessDenied', s3.delete_object, **named)
refused('AccessDenied', s3.delete_object, **named, BypassGovernanceRetention=True)
earlier = {'Mode': 'COMPLIANCE', 'RetainUntilDate': until - datetime.timedelta(hours=1)}
refused('AccessDenied', s3.put_object_retention, **named, Retention=earlier)
later = {'Mode': 'COMPLIANCE', 'RetainUntilDate': until + datetime.timedelta(hours=1)}
s3.put_object_retention(**named, Retention=later)
s3.put_object_legal_hold(Bucket='boto-files', Key='a', VersionId=first, LegalHold={'Status': 'ON'})
refused('AccessDenied', s3.delete_object, Bucket='boto-files', Key='a', VersionId=first)
s3.put_object_legal_hold(Bucket='boto-files', Key='a', VersionId=first, LegalHold={'Status': 'OFF'})
s3.delete_object(Bucket='boto-files', Key='a', VersionId=first)
refused(
    'InvalidBucketState', s3.put_bucket_versioning,
    Bucket='boto-files', VersioningConfiguration={'Status': 'Suspended'},
)
refused('BucketNotEmpty', s3.delete_bucket, Bucket='boto-files')
print('locks')


def with_header(name, value):
    """Debian's boto3 is older than conditional puts: the header is added by hand."""
    def add(request, **_):
        request.headers[name] = value
    return add


def put_if(name, value, body):
    handler = with_header(name, value)
    s3.meta.events.register('before-sign.s3.PutObject', handler)
    try:
        return s3.put_object(Bucket='boto-files', Key='c', Body=body)
    finally:
        s3.meta.events.unregister('before-sign.s3.PutObject', handler)


etag = put_if('If-None-Match', '*', b'one')['ETag']
refused('PreconditionFailed', put_if, name='If-None-Match', value='*', body=b'other')
put_if('If-Match', etag, b'two')
refused('PreconditionFailed', put_if, name='If-Match', value=etag, body=b'three')
assert read(Key='c') == b'two'
print('conditions')
