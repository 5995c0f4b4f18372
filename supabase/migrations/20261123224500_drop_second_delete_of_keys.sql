-- Deletes the keys of a deleted profile once: `show_api_key_to_owners` and `delete_keys_with_profile` made a trigger each that
-- did the same.

drop trigger delete_api_keys_of_profile on public.profile;
drop function public.delete_api_keys_of_profile();
