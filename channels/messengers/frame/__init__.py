"""What all messengers share: accounts, taking in, replying in time, linking."""
