-- The rights of the API roles on everything in the schema `public`. A new table, view, sequence or function fails here until it is
-- in one of the lists, so that its rights are decided and not inherited from the settings of a project.
begin;
select plan(8);

create temporary table expected_relation (name text, role text, rights text[]) on commit drop;
insert into expected_relation values
  ('api_key', 'authenticated', '{select}'),
  ('api_key', 'service_role', '{insert,select,update}'),
  ('api_key_audit', 'authenticated', '{select}'),
  ('api_key_audit', 'service_role', '{insert,select}'),
  ('api_key_secret', 'service_role', '{delete,insert,select,update}'),
  ('api_key_usage', 'authenticated', '{select}'),
  ('api_key_usage', 'service_role', '{delete,insert,select,update}'),
  ('api_key_usage_writer', 'service_role', '{insert,select,update}'),
  ('limit_counter', 'service_role', '{delete,insert,select,update}'),
  ('profile', 'authenticated', '{select}'),
  ('profile', 'service_role', '{delete,insert,select,update}'),
  ('profile_repair', 'service_role', '{select}'),
  ('stripe_customer_progress', 'authenticated', '{select}'),
  ('stripe_customer_work', 'service_role', '{select}'),
  ('stripe_event', 'service_role', '{select}'),
  -- Nobody.
  ('api_key_audit_id_seq', null, '{}'),
  ('api_key_pruning', null, '{}'),
  ('stripe_customer_account', null, '{}'),
  ('stripe_customer_check', null, '{}'),
  ('stripe_customer_profile', null, '{}'),
  ('stripe_customer_wake_up', null, '{}');

create temporary table expected_function (name text, role text) on commit drop;
insert into expected_function
select name, 'service_role' from unnest(array[
    'add_limit_points',
    'apply_stripe_event',
    'audit_api_key',
    'begin_stripe_customer_account',
    'change_api_key',
    'check_visible_rows',
    'claim_stripe_customer_work',
    'complete_stripe_customer_work',
    'consume_limit',
    'consume_limits',
    'count_profile_repairs',
    'count_stripe_customer_work',
    'count_unmatched_stripe_customer_work',
    'create_api_key',
    'delete_account',
    'delete_api_keys',
    'delete_limit',
    'delete_own_account',
    'delete_orphaned_stripe_customer',
    'delete_own_account',
    'describe_api_key',
    'describe_limit',
    'dismiss_deletions_elsewhere',
    'dismiss_stripe_customer_work',
    'fail_stripe_customer_work',
    'find_api_key',
    'find_linked_stripe_customers',
    'find_stripe_customer_owners',
    'get_api_key',
    'get_api_key_owner_state',
    'get_limit',
    'is_recent_sign_in',
    'link_stripe_customer',
    'list_api_keys',
    'list_failed_stripe_customer_work',
    'list_stripe_customers',
    'move_stripe_customers',
    'note_sign_up_conflict',
    'read_stripe_customer_account',
    'record_stripe_customer_account',
    'lock_api_key_owner',
    'open_stripe_customer_work',
    'prune_api_keys',
    'read_api_key_audit',
    'read_api_key_clock',
    'read_api_key_texts',
    'read_api_key_usage',
    'read_stripe_customer',
    'reconsider_stripe_customer',
    'record_api_key_usage',
    'renew_stripe_customer_key',
    'repair_profile_page',
    'report_stripe_customer_wake_ups',
    'repair_profiles',
    'requeue_stripe_customer_work',
    'retry_stripe_customer_work',
    'revoke_api_keys',
    'reward_limit',
    'rotate_api_key',
    'tombstone_vanished_profiles',
    'unlink_stripe_customer',
    'use_api_key'
]) as name;
-- Called by policies.
insert into expected_function values
  ('list_readable_api_key_owners', 'authenticated'),
  ('list_readable_api_key_owners', 'service_role');
-- Called by triggers and other functions only.
insert into expected_function
select name, null from unnest(array[
    'announce_api_key_change',
    'announce_api_key_owner_change',
    'bound_api_key_audit',
    'bound_ended_api_keys',
    'build_stripe_customer_parameters',
    'check_vanished_profiles',
    'copy_user_email_to_profile',
    'current_stripe_customer_account',
    'create_profile_for_user',
    'delete_api_keys_of_deleted_user',
    'delete_oldest_ended_api_keys',
    'delete_profile_of_soft_deleted_user',
    'end_api_keys_of_inactive_user',
    'enqueue_profile_repair',
    'enqueue_stripe_customer_work',
    'find_stripe_customer_detail_fault',
    'has_supabase_auth',
    'hold_stripe_customer_work',
    'is_stripe_customer_allowed',
    'follow_stripe_customer_link',
    'is_fresh_sign_up',
    'lock_stripe_customer',
    'may_have_stripe_customer',
    'notify_stripe_customer_route',
    'prune_api_keys_of_owner',
    'reconsider_stripe_customer_of_user',
    'reconsider_waiting_stripe_customers',
    'remember_stripe_customer_wake_up',
    'sample_stripe_customer_links',
    'reopen_work_of_deleted_stripe_customer',
    'repair_profile',
    'repair_profile_rows',
    'set_profile_updated_at',
    'stripe_customer_details',
    'tombstone_stripe_customer_work'
]) as name;

create temporary view actual_relation as
select relname::text as name, role, array_agg(privilege order by privilege) as rights
from pg_class
cross join unnest(array['anon', 'authenticated', 'service_role']) as role
cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'usage']) as privilege
where relnamespace = 'public'::regnamespace
  and case
    when relkind = 'S' then
      privilege in ('select', 'update', 'usage')
      and has_sequence_privilege(role, pg_class.oid, case when relkind = 'S' then privilege else 'usage' end)
    when relkind in ('r', 'p', 'v', 'm', 'f') then
      privilege <> 'usage'
      and (
        has_table_privilege(role, pg_class.oid, case when privilege = 'usage' then 'select' else privilege end)
        or privilege in ('select', 'insert', 'update', 'references')
          and has_any_column_privilege(role, pg_class.oid, case when privilege = 'usage' then 'select' else privilege end)
      )
    else false
  end
group by 1, 2;

create temporary view actual_function as
select proname::text as name, role
from pg_proc
cross join unnest(array['anon', 'authenticated', 'service_role']) as role
where pronamespace = 'public'::regnamespace and has_function_privilege(role, pg_proc.oid, 'execute');

select is_empty(
  'select * from actual_relation except select * from expected_relation',
  'no role has a right on a table, view or sequence that is not in the list'
);
select is_empty(
  'select * from expected_relation where role is not null except select * from actual_relation',
  'every right in the list is granted'
);
select is_empty(
  $$select relname::text from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    except select name from expected_relation$$,
  'every table, view and sequence is in the list'
);
select is_empty(
  'select * from actual_function except select * from expected_function',
  'no role can execute a function that is not in the list'
);
select is_empty(
  'select * from expected_function where role is not null except select * from actual_function',
  'every function in the list can be executed'
);
select is_empty(
  $$select proname::text from pg_proc where pronamespace = 'public'::regnamespace
    except select name from expected_function$$,
  'every function is in the list'
);
select is_empty(
  $$select relname, role from pg_class
    cross join unnest(array['anon', 'authenticated', 'service_role']) as role
    where relnamespace = 'net'::regnamespace and relkind = 'r'
      and has_any_column_privilege(role, pg_class.oid, 'select, insert, update, references')$$,
  'no role can read the queue of pg_net, which holds the secret of the route'
);
select is_empty(
  $$select role from unnest(array['anon', 'authenticated', 'service_role']) as role
    where has_schema_privilege(role, 'net', 'usage, create')$$,
  'or use its schema'
);

select * from finish();
rollback;
